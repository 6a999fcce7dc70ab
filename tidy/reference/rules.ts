import type { RuleHead } from '../../src/sigma/parse/head.ts'
import { parseRules } from '../../src/sigma/parse/rule.ts'
import { listFiles, readText } from '../files.ts'
import { code, type Page, page, table } from './page.ts'

/** Every rule that deckwatch brings along. */
export const rulesPage = (): Page => {
  const rules = shippedRules()
  return page(
    'rules.md',
    'Rules',
    `The ${rules.length} rules that deckwatch brings along, by tactic. Each lies in \`content/rules\` with cases beside it that prove it.`,
    table(['Id', 'Rule', 'Level', 'ATT&CK'], rules.map(row)),
    ...rules.map(section),
  )
}

interface ShippedRule {
  readonly path: string
  readonly tactic: string
  readonly rule: RuleHead
}

/** In the order of their detections. */
function shippedRules(): readonly ShippedRule[] {
  return listFiles()
    .filter((path) => /^content\/rules\/.*\.ya?ml$/.test(path) && !path.includes('.cases.'))
    .flatMap((path) => {
      const { rules, correlations } = parseRules(readText(path), path)
      // Rules without a detection of their own only serve the others of their file.
      return [...rules, ...correlations]
        .filter((rule) => detectionOf(rule) !== '')
        .map((rule) => ({ path, tactic: path.split('/')[2] ?? '', rule }))
    })
    .sort((a, b) => (detectionOf(a.rule) < detectionOf(b.rule) ? -1 : 1))
}

function row({ rule }: ShippedRule): readonly string[] {
  return [detectionOf(rule), `[${rule.title}](#${anchor(rule)})`, rule.level, techniques(rule)]
}

function section({ path, tactic, rule }: ShippedRule): string {
  return [
    `## ${heading(rule)}`,
    `${rule.level}, ${tactic.replace(/-/g, ' ')}, ${code(path)}`,
    rule.description?.trim() ?? '',
    rule.falsepositives.length === 0
      ? ''
      : `Benign when:\n\n${rule.falsepositives.map((text) => `- ${text.trim()}`).join('\n')}`,
    typeof rule.custom.next === 'string' ? `What to check next: ${rule.custom.next.trim()}` : '',
  ]
    .filter((part) => part !== '')
    .join('\n\n')
}

const heading = (rule: RuleHead): string => `${detectionOf(rule)} ${rule.title}`.trim()

/** As Markdown viewers make anchors of headings. */
function anchor(rule: RuleHead): string {
  return heading(rule)
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replace(/ /g, '-')
}

function detectionOf(rule: RuleHead): string {
  const tag = rule.tags.find((name) => name.startsWith('detection.'))
  return tag === undefined ? '' : tag.slice('detection.'.length).toUpperCase()
}

function techniques(rule: RuleHead): string {
  return rule.tags
    .filter((tag) => /^attack\.t\d/.test(tag))
    .map((tag) => tag.slice('attack.'.length).toUpperCase())
    .join(' ')
}
