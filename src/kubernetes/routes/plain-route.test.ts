import { describeCases } from '../testing/cases.ts'
import { routeOf } from './plain-route.ts'

describeCases(import.meta.url, routeOf)
