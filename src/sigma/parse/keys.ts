/** Keys of a map by name, each with a sentence: what editors and the reference page say of them. */
export type KeyTable = Readonly<Record<string, string>>

/** Top-level keys that rules, correlations and filters share. Any other key is kept as it is. */
export const HEAD_KEYS: KeyTable = {
  title: 'What is found, in a few words.',
  id: 'The identity of the document, best a UUID.',
  name: 'What correlations and filters may call it instead of its id.',
  related: 'Other rules that this one has to do with: a list of maps of id and type.',
  taxonomy: 'Which names of fields and log sources are used: sigma, or nothing.',
  status: 'How mature it is: stable, test, experimental, deprecated or unsupported.',
  description: 'What is found, and why it matters.',
  references: 'Where more can be read.',
  author: 'Who wrote it.',
  date: 'When it was written: YYYY-MM-DD.',
  tags: 'ATT&CK techniques and other marks, such as attack.t1609.',
  falsepositives: 'How it looks when it is benign.',
  level: 'How bad a match is: informational, low, medium, high or critical.',
}

/** Top-level keys of a rule besides those. */
export const RULE_KEYS: KeyTable = {
  logsource: 'Which log the rule is for: product, service, category.',
  detection: 'What is looked for: named selections, and the condition that combines them.',
}

/** Top-level keys of a correlation besides those of every document. */
export const CORRELATION_KEYS: KeyTable = {
  correlation: 'What is asked of the matches of other rules within a timespan.',
  generate: 'Whether the rules it names also report by themselves.',
}

/** Keys of the map `correlation`. */
export const CORRELATION_SECTION_KEYS: KeyTable = {
  type: 'What is counted or combined.',
  rules: 'The rules or correlations it is about, by id or name.',
  'group-by': 'Fields, or aliases, that must be the same.',
  timespan: 'Within what time: a number and s, m, h or d.',
  condition: 'When it matches: comparisons, or an expression over the names of the rules.',
  aliases: 'Names for fields that are called differently in the events of each rule.',
  generate: 'Whether the rules it names also report by themselves.',
}

/** Top-level keys of a filter besides those of every document. */
export const FILTER_KEYS: KeyTable = {
  logsource: 'Which log the filter is for.',
  filter: 'The rules it is added to, its selections, and the condition that is added with and.',
}
