/** A way to do the same that a rule might overlook. */
export type MutantKind =
  | 'workload-kind'
  | 'init-container'
  | 'ephemeral-container'
  | 'update'
  | 'merge-patch'
  | 'strategic-patch'
  | 'json-patch-whole'
  | 'json-patch-deep'
  | 'json-patch-copy'
  | 'server-side-apply'
  | 'role-kind'
  | 'binding-kind'
  | 'deletecollection'

/** What one kind of mutant does, and whether its form hides from the log what was changed. */
export interface MutantKindInfo {
  readonly kind: MutantKind
  readonly about: string
  /** Then "cannot tell" is right as well as "match". */
  readonly mayHide: boolean
}

/** Every kind of mutant: the table of what a bypass may look like. */
export const MUTANT_TABLE: readonly MutantKindInfo[] = [
  {
    kind: 'workload-kind',
    about: 'The pod spec in another kind of workload, or in a Pod.',
    mayHide: false,
  },
  {
    kind: 'init-container',
    about: 'The container among the init containers.',
    mayHide: false,
  },
  {
    kind: 'ephemeral-container',
    about: 'The container added to a running pod, by update and by patch.',
    mayHide: false,
  },
  { kind: 'update', about: 'The whole object by an update.', mayHide: false },
  {
    kind: 'merge-patch',
    about: 'A JSON merge patch, of which only the request is logged.',
    mayHide: false,
  },
  {
    kind: 'strategic-patch',
    about: 'A strategic merge patch with its directives, of which only the request is logged.',
    mayHide: false,
  },
  {
    kind: 'json-patch-whole',
    about: 'A JSON Patch that replaces the spec, the rules or the subjects and the role.',
    mayHide: false,
  },
  {
    kind: 'json-patch-deep',
    about: 'A JSON Patch that adds value by value, of which only the request is logged.',
    mayHide: false,
  },
  {
    kind: 'json-patch-copy',
    about: 'A JSON Patch that copies from elsewhere in the object, which only the answer can show.',
    mayHide: true,
  },
  {
    kind: 'server-side-apply',
    about: 'The whole object by server-side apply, a patch.',
    mayHide: false,
  },
  { kind: 'role-kind', about: 'A Role for a ClusterRole, and the reverse.', mayHide: false },
  {
    kind: 'binding-kind',
    about: 'A RoleBinding for a ClusterRoleBinding, and the reverse.',
    mayHide: false,
  },
  {
    kind: 'deletecollection',
    about: 'All objects of the namespace by deletecollection for one by delete.',
    mayHide: false,
  },
]

/** The names of all kinds of mutants. */
export const MUTANT_KINDS: readonly MutantKind[] = MUTANT_TABLE.map(({ kind }) => kind)
