import { schemaText } from '../../src/cli/run/rule-schema.ts'
import { auditPoliciesPage } from './audit-policies.ts'
import { commandsPage } from './commands.ts'
import { evidenceFormatPage } from './evidence-format.ts'
import { fieldsPage } from './fields.ts'
import { issuesPage } from './issues.ts'
import { languagePage } from './language.ts'
import { limitsPage } from './limits.ts'
import { lintPages } from './lints.ts'
import { outputPage } from './output.ts'
import type { Page } from './page.ts'
import { policyFiles } from './policies.ts'
import { policyLintPages } from './policy-lints.ts'
import { policyOutputPage } from './policy-output.ts'
import { rulesPage } from './rules.ts'
import { shapesPage } from './shapes.ts'
import { sourceFieldsPage } from './source-fields.ts'

/** Every generated file: the pages of docs/reference, and the audit policies. */
export const referencePages = async (): Promise<readonly Page[]> => [
  auditPoliciesPage(),
  commandsPage(),
  evidenceFormatPage(),
  fieldsPage(),
  await issuesPage(),
  languagePage(),
  limitsPage(),
  ...lintPages(),
  outputPage(),
  ...policyLintPages(),
  ...policyFiles(),
  await policyOutputPage(),
  rulesPage(),
  shapesPage(),
  sourceFieldsPage(),
  { name: 'rule.schema.json', text: schemaText() },
]
