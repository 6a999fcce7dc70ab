/** What a tool prints before a record on its line. */
export interface Prefix {
  readonly name: string
  /** One sentence for the reference. */
  readonly about: string
  readonly proof: 'sample' | 'documentation'
  /** Matches all that stands before the record. Takes linear time. */
  readonly pattern: RegExp
}

/** Every prefix, in the order in which they are tried. */
export const PREFIXES: readonly Prefix[] = [
  {
    name: 'eks-tail',
    about: 'The lines of `aws logs tail`: a time and the name of the stream.',
    proof: 'documentation',
    pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:?\d\d)? kube-apiserver-audit-\S+ $/,
  },
  {
    name: 'cri',
    about: 'A container runtime’s log file: a time, the stream and a tag.',
    proof: 'documentation',
    pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) (stdout|stderr) [FP] $/,
  },
  {
    name: 'loki',
    about: 'The default output of `logcli`: a time and labels.',
    proof: 'documentation',
    pattern: /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d) \{[^{}]{0,512}\} $/,
  },
  {
    name: 'timestamp',
    about: 'A time alone, as `kubectl logs --timestamps` and others print it.',
    proof: 'documentation',
    pattern: /^\d{4}-\d\d-\d\d[T ][\d:.,]+ ?(Z|UTC|[+-]\d\d:?\d\d)? $/,
  },
  {
    name: 'syslog',
    about: 'Syslog as RFC 5424 writes it, and with a priority as RFC 3164 does.',
    proof: 'documentation',
    pattern: /^<\d{1,3}>[\x20-\x7e\x80-\xff]{0,512}$/,
  },
  {
    name: 'syslog',
    about: 'Syslog as it lies in files: month, day, time, host and tag.',
    proof: 'documentation',
    pattern: /^[A-Z][a-z]{2} [ \d]\d [\d:]{8} \S+ \S+?: $/,
  },
  {
    name: 'openshift',
    about: 'The lines of `oc adm node-logs --role=master`: the name of the node.',
    proof: 'documentation',
    pattern: /^[A-Za-z0-9][\w.-]{0,252} $/,
  },
]

/** Shapes that lie in how the bytes are written, not in what a record says. */
export const WRITINGS: readonly Omit<Prefix, 'pattern'>[] = [
  {
    name: 'native',
    about: 'Events as the API server writes them: on a line, several on a line, or pretty-printed.',
    proof: 'sample',
  },
  { name: 'json-array', about: 'A JSON array of events.', proof: 'documentation' },
  { name: 'yaml', about: 'YAML documents, one event each.', proof: 'sample' },
  {
    name: 'csv',
    about: 'Lines of CSV of which a field holds a record as JSON.',
    proof: 'documentation',
  },
]
