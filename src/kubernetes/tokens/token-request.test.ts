import { describeCases } from '../testing/cases.ts'
import { tokenOf } from './token-request.ts'

describeCases(import.meta.url, tokenOf)
