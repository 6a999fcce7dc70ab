import type { ListenAddress } from '../../source/webhook/receiver-options.ts'

/** Reads `127.0.0.1:8443`, `[::1]:8443` or `localhost:8443`; undefined for anything else. */
export const parseListen = (text: string): ListenAddress | undefined => {
  const [, six, other, digits] = LISTEN.exec(text) ?? []
  const host = six ?? other
  const port = Number(digits)
  return host === undefined || port > PORT_MAX ? undefined : { host, port }
}

/** As it is read. */
export const formatListen = ({ host, port }: ListenAddress): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`

const LISTEN = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9.-]+)):(\d{1,5})$/
const PORT_MAX = 65_535
