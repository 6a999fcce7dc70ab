import { describeCases } from '../testing/cases.ts'
import { pathSignsOf } from './path-signs.ts'

describeCases(import.meta.url, pathSignsOf)
