import { describeCases } from '../testing/cases.ts'
import { secretOf } from './secret.ts'

describeCases(import.meta.url, secretOf)
