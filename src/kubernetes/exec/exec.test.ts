import { describeCases } from '../testing/cases.ts'
import { execOf } from './exec.ts'

describeCases(import.meta.url, execOf)
