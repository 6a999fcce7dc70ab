import { describeCases } from '../testing/cases.ts'
import { clientKind, clientTool } from './client.ts'

describeCases(import.meta.url, ({ userAgent }) => ({
  kind: clientKind(userAgent),
  tool: clientTool(userAgent),
}))
