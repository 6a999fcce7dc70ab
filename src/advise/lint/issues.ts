import { type LintTable, lintKind } from '../../sigma/lint/lint-kind.ts'

/** What the linter has to say about rules for audit logs. */
export const adviseLints: LintTable = {
  'lint/forgeable-proof': lintKind(
    'warning',
    'The rule rests on a value that any client may write, so that it is easily evaded and easily set off.',
    'Ask for what the API server established: actor.*, user.*, peer.address, request.*, outcome.',
  ),
  'lint/forgeable-exclusion': lintKind(
    'error',
    'The rule lets pass what any client may write: an attacker writes it too, and is never found.',
    'Exclude by who it is (actor.builtin, actor.kind, peer.class), or not at all.',
  ),
  'lint/forgeable-group': lintKind(
    'warning',
    'A correlation groups by a value that any client may write: a new one for each request escapes it.',
    'Group by actor.name, user.username or peer.address.',
  ),
  'lint/name-exclusion': lintKind(
    'warning',
    'The rule lets pass whoever is called in a certain way. Names that fit can be made.',
    'Exclude by actor.builtin, actor.kind, actor.namespace, a group, or the whole name.',
  ),
  'lint/image-exclusion': lintKind(
    'warning',
    'The rule lets pass containers whose image is called in a certain way. Anybody can push an image of that name.',
    'Name the digest (image@sha256:…), or exclude by who submits it and where.',
  ),
  'lint/wrong-end': lintKind(
    'error',
    'A beginning is asked for that names only end with, or the other way round.',
    'Swap startswith and endswith; and give the exclusion a near miss among the cases.',
  ),
  'lint/misplaced-value': lintKind(
    'error',
    'A value has a form that its field never has, such as pods/exec for objectRef.resource.',
    'Write it as the message says; an event of the kind shows it.',
  ),
  'lint/star-is-wildcard': lintKind(
    'warning',
    'A star is asked for in a role, and matches anything: it is a wildcard.',
    "Write '\\*', which stands for the star itself.",
  ),
  'lint/level-filter': lintKind(
    'warning',
    'The rule asks for an audit level. That drops events logged at another, and says nothing of the act.',
    'Leave it out: where the level hides what a rule needs, it says "cannot tell" by itself.',
  ),
  'lint/stage-filter': lintKind(
    'warning',
    'The rule asks for a stage. Requests that failed early or still run have no such stage.',
    'Leave it out: the stages of a request are joined and give one finding.',
  ),
  'lint/level-or-stage': lintKind(
    'error',
    'A stage is named as a level, or a level as a stage.',
    'Levels are Metadata, Request, RequestResponse; stages RequestReceived, ResponseStarted, ResponseComplete, Panic.',
  ),
  'lint/cannot-be-told': lintKind(
    'error',
    'The rule can never match: at the level or stage that it asks for, a field that it needs is never in the log.',
    'Leave the level and the stage out.',
  ),
  'lint/absence-as-proof': lintKind(
    'warning',
    'The rule takes what a request body does not name for absent. A patch names only what it changes.',
    'Ask with a derived field, which knows patches, or keep the test to create and update.',
  ),
  'lint/missing-verb': lintKind(
    'warning',
    'The rule takes one verb, and not the others that do the same.',
    'Add the verb that is named, or leave the verb out.',
  ),
  'lint/missing-containers': lintKind(
    'warning',
    'The rule looks at plain containers and not at init and ephemeral ones.',
    'Ask pod.containers[], which has the containers of all three kinds.',
  ),
  'lint/missing-templates': lintKind(
    'warning',
    'The rule looks at pods and not at the templates that pods are made of.',
    'Ask pod.*, which holds for every workload kind, and leave the resource out.',
  ),
  'lint/exempts-owned': lintKind(
    'warning',
    'The rule lets pods of controllers pass and looks at no template, so that nobody is found who makes them.',
    'Judge the workload that somebody submits: leave the resource and the exemption out, and exclude actor.builtin.',
  ),
  'lint/flattened-tuples': lintKind(
    'warning',
    'The rule asks two members of the same array by native paths: each may lie in another element.',
    'Ask with a field that has [], such as grant.rules[].verbs and grant.rules[].resources.',
  ),
  'lint/path-not-in-kind': lintKind(
    'error',
    'The rule asks for a part of the body that objects of this kind do not have, so that it never matches.',
    'Look at the object: kubectl explain, or an event of the kind. Derived fields know the place.',
  ),
  'lint/last-applied': lintKind(
    'warning',
    'The rule reads the annotation that kubectl apply writes. Other clients do not, and it may hold anything.',
    'Read the object itself.',
  ),
  'lint/no-outcome': lintKind(
    'warning',
    'The rule does not ask what came of the request: what was refused, failed or a dry run is reported as done.',
    'Exclude outcome: denied and dry-run; if attempts count, at least request.dryRun: true with outcome: dry-run.',
  ),
  'lint/claim-differs': lintKind(
    'warning',
    'The title claims one thing and the rule asks for another that is easily taken for it.',
    'Ask for what the title says, or say what is asked.',
  ),
  'lint/missing-level': lintKind(
    'note',
    'The rule does not say how bad a match is.',
    'Add level: informational, low, medium, high or critical.',
  ),
  'lint/unfinished': lintKind(
    'note',
    'Something that the author of the rule knows is still to be written.',
    'Say it in the place of TODO.',
  ),
  'lint/stale-attack': lintKind(
    'warning',
    'A tag names a tactic or technique that ATT&CK has retired.',
    'Use the successor that is named.',
  ),
  'lint/unknown-attack': lintKind(
    'warning',
    'A tag names a tactic that ATT&CK does not have.',
    'Write the short name of a tactic, such as attack.credential-access.',
  ),
  'lint/unknown-threat-matrix': lintKind(
    'warning',
    "A tag names a technique that Microsoft's threat matrix for Kubernetes does not have.",
    'The ids run from MS-TA9001 to MS-TA9041, and there is no MS-TA9032.',
  ),
  'lint/missing-cases': lintKind(
    'warning',
    'Nothing proves the rule: there is no file of cases beside it, or none of one of the four kinds.',
    'Write a match, a near miss, a bypass and a blind case; deckwatch rule new shows how they look.',
  ),
  'lint/bad-ignore': lintKind(
    'warning',
    'What the rule says under "lint" means nothing, or gives no reason.',
    'Write a list of maps: ignore: the name of a lint, because: why it does not apply.',
  ),
  'lint/idle-ignore': lintKind(
    'note',
    'The rule sets a lint aside that finds nothing in it.',
    'Remove the entry.',
  ),
}
