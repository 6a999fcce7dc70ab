import { describeCases } from '../testing/cases.ts'
import { kubeletOf } from './kubelet-call.ts'

describeCases(import.meta.url, kubeletOf)
