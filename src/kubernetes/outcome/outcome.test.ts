import { describeCases } from '../testing/cases.ts'
import { outcomeOf } from './outcome.ts'

describeCases(import.meta.url, outcomeOf)
