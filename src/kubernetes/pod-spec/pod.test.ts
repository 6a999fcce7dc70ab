import { describeCases } from '../testing/cases.ts'
import { podOf } from './pod.ts'

describeCases(import.meta.url, podOf)
