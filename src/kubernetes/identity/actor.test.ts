import { describeCases } from '../testing/cases.ts'
import { actorOf } from './actor.ts'

describeCases(import.meta.url, actorOf)
