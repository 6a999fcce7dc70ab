import { describeCases } from '../testing/cases.ts'
import { failedOpenOf } from './failed-open.ts'

describeCases(import.meta.url, (event) => ({ failedOpen: failedOpenOf(event) }))
