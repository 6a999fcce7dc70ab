/**
 * Names of fields that published Sigma rules for this log use and no event has, each with the field
 * that is meant. A rule that uses one is read as if it named the other, and says so. (A table of
 * data.)
 */
export const PUBLISHED_NAMES: ReadonlyMap<string, string> = new Map([
  // As the request's own objectRef says it.
  ['apiGroup', 'objectRef.apiGroup'],
  // As the Elastic Common Schema says it.
  ['user.name', 'user.username'],
  // As a flattened pod spec would say it, of any container or volume.
  ['hostPath', 'pod.volumes[].hostPath'],
  ['capabilities', 'pod.containers[].capabilitiesAdded'],
  // As sensors on a node call what a process runs: here it is what an exec asks for.
  ['file_path', 'exec.command'],
])
