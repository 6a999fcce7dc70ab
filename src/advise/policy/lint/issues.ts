import { type LintTable, lintKind } from '../../../sigma/lint/lint-kind.ts'

/** What the linter has to say about audit policies that an API server takes. */
export const policyLints: LintTable = {
  'policy-lint/dropped-field': lintKind(
    'error',
    'A field is not one of an audit policy, or not in this place. The API server drops it, says so only in its own log, and goes by the rest, which is wider than was meant.',
    'Write the field as the mended rule has it: names and places are exact.',
  ),
  'policy-lint/duplicate-key': lintKind(
    'error',
    'A key is written twice in one map. The API server takes the last and drops what the first says.',
    'Write the key once, with what both say if both were meant.',
  ),
  'policy-lint/second-document': lintKind(
    'error',
    'The file has more than one YAML document. The API server reads the first and ignores the others, whatever is in them.',
    'Put all rules into one document.',
  ),
  'policy-lint/all-of-core': lintKind(
    'error',
    'An item of resources names neither a group nor resources. To the API server that is every resource of the core group, Secrets and Pods among them.',
    'Name what is meant; if it is all of the core group, write group: "".',
  ),
  'policy-lint/unknown-resource': lintKind(
    'error',
    'A resource is not one of its group in any release of Kubernetes from 1.25 to 1.37, so that nothing matches. Resources are plurals in small letters.',
    'Write the plural as kubectl api-resources has it.',
  ),
  'policy-lint/wrong-group': lintKind(
    'error',
    'A resource is listed under a group that does not have it, so that nothing matches.',
    'List it under its own group, as kubectl api-resources has it.',
  ),
  'policy-lint/unknown-group': lintKind(
    'error',
    'A group looks like a known one and is another, so that nothing matches. The core group is the empty text; versions are no part of a group.',
    'Write the group as kubectl api-resources has it, without the version.',
  ),
  'policy-lint/unknown-subresource': lintKind(
    'error',
    'A resource has no such subresource, so that nothing matches.',
    'Write the subresource as in the URL. Of what follows the name only the first part counts: nodes/proxy, not nodes/proxy/metrics.',
  ),
  'policy-lint/literal-star': lintKind(
    'error',
    'A star stands where an audit policy has no wildcard: it is compared as it is written, and no request has it.',
    'Leave the list out for "any". In resources there are only *, NAME/* and */NAME; for accounts and nodes there are groups.',
  ),
  'policy-lint/impossible-verb': lintKind(
    'error',
    'A verb is listed that no request which the rule is about has.',
    'For resources the verbs are get, list, watch, create, update, patch, delete and deletecollection; for URLs the methods in small letters. exec is get or create.',
  ),
  'policy-lint/wrong-list': lintKind(
    'error',
    'A group stands among the users, or a user among the groups. Nobody is called so.',
    'Move it to the other list, in a rule of its own: where a rule has both lists, both must hold.',
  ),
  'policy-lint/never-both': lintKind(
    'error',
    'A rule lists users and groups, and none of the users is in any of the groups. Both must hold, so that the rule matches nobody.',
    'Make two rules, one with the users and one with the groups.',
  ),
  'policy-lint/unknown-user': lintKind(
    'warning',
    'A user or group of the system is listed that Kubernetes does not have.',
    'Write the name as it is in the log, or take it out.',
  ),
  'policy-lint/unknown-url': lintKind(
    'warning',
    'A path looks like a known one and is another. Paths are compared as they are, with large and small letters.',
    'Write the path as it is asked for.',
  ),
  'policy-lint/url-of-resource': lintKind(
    'error',
    'A path among nonResourceURLs is that of a resource. Requests for resources are never compared with them.',
    'List the resource under resources.',
  ),
  'policy-lint/url-prefix': lintKind(
    'warning',
    'A path that ends with /* does not cover the path before it.',
    'End it with * alone, or list both.',
  ),
  'policy-lint/names-of-create': lintKind(
    'warning',
    'A rule lists resourceNames and a verb whose requests have no name in the URL. It never matches those, as the name of a new object is in the body.',
    'Give the verb a rule without resourceNames.',
  ),
  'policy-lint/cluster-scoped': lintKind(
    'error',
    'A rule lists namespaces and a resource that is in no namespace, so that it never matches it.',
    'Give the resource a rule without namespaces, or list the empty namespace as well.',
  ),
  'policy-lint/former-type': lintKind(
    'note',
    'A group or resource is listed that Kubernetes has not had since before 1.25.',
    'Take it out once no API server is that old.',
  ),
  'policy-lint/not-in-version': lintKind(
    'note',
    'A resource is listed that the given release of Kubernetes does not have.',
    'Keep it if the next release has it; else take it out.',
  ),
  'policy-lint/matches-nothing': lintKind(
    'error',
    'No request can match the rule, whatever the other rules say.',
    'Look at what the rule lists: something in it no request has.',
  ),
  'policy-lint/early-catch-all': lintKind(
    'error',
    'A rule that matches every request stands before others. The first match wins, so that none of those behind it is ever reached.',
    'Make it the last rule.',
  ),
  'policy-lint/dead-rule': lintKind(
    'error',
    'All that a rule matches is decided by earlier rules. The first match wins, so that it is never reached.',
    'Put it before the rules that take its requests, or take it out.',
  ),
  'policy-lint/hardly-reached': lintKind(
    'warning',
    'Earlier rules decide all ordinary requests that a rule matches, at another level. What is left are odd ones: verbs that no client sends, or users without the groups that an API server gives them.',
    'Put it before the rules that take its requests, or take it out.',
  ),
  'policy-lint/logs-nothing': lintKind(
    'error',
    'The policy logs nothing at all: whatever rule decides a request, its level is None or every stage is omitted.',
    'End with a rule that says only level: Metadata, and omit no stage but RequestReceived.',
  ),
  'policy-lint/idle-rule': lintKind(
    'note',
    'All that a rule matches is decided by earlier rules, which say the same. It changes nothing.',
    'Take it out, so that nobody takes it for what counts.',
  ),
  'policy-lint/dead-part': lintKind(
    'warning',
    'Part of a rule is never reached: earlier rules decide all requests for something that it lists, at another level.',
    'Put a rule for that part before them, or take it out of the list.',
  ),
  'policy-lint/no-catch-all': lintKind(
    'warning',
    'Requests that no rule is about are not logged at all: no match means None.',
    'End with a rule that says only level: Metadata.',
  ),
  'policy-lint/subresource-not-covered': lintKind(
    'warning',
    'A rule lists a resource, and what is done through its subresources is not logged at all: pods does not cover pods/exec.',
    'List the subresources too, or NAME/* for the resource and all of them.',
  ),
  'policy-lint/half-of-exec': lintKind(
    'warning',
    'A rule for exec, attach or portforward lists get or create and not the other. Clients open such a session by either, as they like, and kubectl goes from one to the other.',
    'List both verbs, or none.',
  ),
  'policy-lint/failed-logins-hidden': lintKind(
    'warning',
    'Requests whose credentials were refused leave no event. They have no user, and no other stage than ResponseStarted.',
    'Do not omit ResponseStarted, and end with a rule without users and groups.',
  ),
  'policy-lint/outcome-hidden': lintKind(
    'error',
    'The stage ResponseComplete is omitted: what came of a request is not logged, neither its code nor a body of the answer.',
    'Take ResponseComplete out of omitStages.',
  ),
  'policy-lint/intent-hidden': lintKind(
    'note',
    'The stage RequestReceived is omitted. An event that cannot be written at the end then leaves no trace, as with a patch that the API server cannot encode; and --audit-log-mode=blocking-strict holds nothing up.',
    'Keep the stage at least for what changes something; it costs a short event a request.',
  ),
  'policy-lint/panic-hidden': lintKind(
    'note',
    'The stage Panic is omitted: a request that breaks the API server leaves no last event.',
    'Take Panic out of omitStages: such events are rare.',
  ),
  'policy-lint/secret-bodies': lintKind(
    'error',
    'The content of Secrets is written to the log. Whoever reads the log has them all.',
    'Log Secrets at Metadata, in a rule before the others.',
  ),
  'policy-lint/token-bodies': lintKind(
    'error',
    'Tokens that are in force are written to the log: those that are made, or those that are asked about.',
    'Log tokens and TokenReviews at Metadata, in a rule before the others.',
  ),
  'policy-lint/config-map-bodies': lintKind(
    'note',
    'The content of ConfigMaps is written to the log. Many hold credentials, although they should not.',
    'Log ConfigMaps at Metadata, or set this aside if their content must be seen.',
  ),
  'policy-lint/list-bodies': lintKind(
    'warning',
    'The answers to lists are written to the log: every object of a kind, each time somebody lists them. Events larger than the log file may be are lost. A deletecollection is answered with a list as well, but that is rare, and it shows what was deleted: it raises nothing.',
    'Log list at Metadata or Request: who lists what is seen all the same.',
  ),
  'policy-lint/managed-fields': lintKind(
    'note',
    'Bodies are logged with their managedFields, the notes of server-side apply, which nobody needs in a log.',
    'Say omitManagedFields: true (Kubernetes 1.23 and later).',
  ),
  'policy-lint/none-for-anyone': lintKind(
    'error',
    'A rule of level None hides from the log what attackers do, for anybody.',
    'Narrow the rule to the noise that is meant: who, which verbs, which resources.',
  ),
  'policy-lint/none-for-intruder': lintKind(
    'warning',
    'A rule of level None hides from the log what an attacker does who takes over one of those that it names.',
    'Narrow the rule to the verbs and resources that make the noise.',
  ),
  'policy-lint/noise': lintKind(
    'note',
    'The cluster talks to itself all the time, and all of it is logged.',
    'Drop the noise by rules that name who makes it and how, so that nobody else hides in it.',
  ),
  'policy-lint/servers-differ': lintKind(
    'error',
    'The API servers of a cluster have policies that differ in what they log. What is seen then depends on which of them a request reaches.',
    'Give all API servers the same file.',
  ),
  'policy-lint/not-all-looked-at': lintKind(
    'note',
    'The policy is so large that the linter ended before it had looked at all of it, or found more than it tells.',
    'Mend what is told and lint again; join rules that say the same.',
  ),
  'policy-lint/cis': lintKind(
    'warning',
    'A recommendation of the CIS Kubernetes Benchmark on the audit policy is not met.',
    'See the requirement that is named.',
  ),
  'policy-lint/stig': lintKind(
    'warning',
    'A rule of the Kubernetes STIG of DISA on the audit policy is not met.',
    'See the requirement that is named. What it asks for writes Secrets and tokens to the log: keep the log accordingly.',
  ),
  'policy-lint/nsa': lintKind(
    'warning',
    'Advice of the Kubernetes Hardening Guide of NSA and CISA on the audit policy is not followed.',
    'See the requirement that is named.',
  ),
  'policy-lint/pci': lintKind(
    'warning',
    'What PCI DSS asks of audit logs is not met by the policy.',
    'See the requirement that is named.',
  ),
}
