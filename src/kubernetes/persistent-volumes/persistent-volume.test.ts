import { describeCases } from '../testing/cases.ts'
import { persistentVolumeOf } from './persistent-volume.ts'

describeCases(import.meta.url, persistentVolumeOf)
