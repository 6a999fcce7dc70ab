import { describeCases } from '../testing/cases.ts'
import { serviceOf } from './service.ts'

describeCases(import.meta.url, serviceOf)
