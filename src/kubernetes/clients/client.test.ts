import { describeCases } from '../testing/cases.ts'
import { clientOf } from './client.ts'

describeCases(import.meta.url, clientOf)
