import { describeCases } from '../testing/cases.ts'
import { secretNameSignsOf } from './secret-name.ts'

describeCases(import.meta.url, (event) => ({ signs: secretNameSignsOf(event) }))
