import { describeCases } from '../testing/cases.ts'
import { namespaceOf } from './pod-security-labels.ts'

describeCases(import.meta.url, namespaceOf)
