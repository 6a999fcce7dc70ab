import { TLSSocket } from 'node:tls'
import type { Clock } from '../../base/clock.ts'
import { alternativeNames } from './alternative-names.ts'
import type { Request } from './answer.ts'
import type { Credentials } from './identity.ts'

/** What the sender of a request showed, its certificate checked against the authority and now. */
export const credentialsOf = (request: Request, clock: Clock): Credentials => {
  const { authorization } = request.headers
  const socket = socketOf(request)
  if (!(socket instanceof TLSSocket)) {
    return { names: undefined, certificateProblem: undefined, authorization }
  }
  const certificate = socket.getPeerX509Certificate()
  if (certificate === undefined) {
    return { names: undefined, certificateProblem: undefined, authorization }
  }
  const problem = socket.authorized
    ? expired(certificate.validTo, clock)
    : `its certificate is refused (${socket.authorizationError})`
  return {
    names: problem === undefined ? alternativeNames(certificate.subjectAltName) : undefined,
    certificateProblem: problem,
    authorization,
  }
}

/** Under HTTP/2 a request has only a stand-in for its socket. */
function socketOf(request: Request): unknown {
  return 'stream' in request ? request.stream.session?.socket : request.socket
}

/** A connection may outlive the certificate that it began with. */
function expired(validTo: string, clock: Clock): string | undefined {
  return Date.parse(validTo) * 1000 < clock.nowUs() ? 'its certificate has expired' : undefined
}
