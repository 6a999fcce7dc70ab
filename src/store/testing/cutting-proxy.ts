import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of a connection: nothing, or it is cut after so many bytes of one direction. */
export type Cut = { readonly of: 'request' | 'response'; readonly afterBytes: number } | undefined

/** A proxy between two Unix sockets. */
export interface CuttingProxy {
  readonly connections: number
  close(): Promise<void>
}

/** Listens on one socket and passes on to another; `cuts` says for each connection what befalls it. */
export const openCuttingProxy = async (
  from: string,
  to: string,
  cuts: () => Cut,
): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>()
  let connections = 0
  const server: Server = createServer((client) => {
    connections += 1
    const upstream = connect(to)
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', end).on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    const cut = cuts()
    passOn(client, upstream, cut?.of === 'request' ? cut.afterBytes : undefined, end)
    passOn(upstream, client, cut?.of === 'response' ? cut.afterBytes : undefined, end)
  })
  await new Promise<void>((resolve) => server.listen(from, resolve))
  return {
    get connections() {
      return connections
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const passOn = (from: Socket, to: Socket, bytes: number | undefined, end: () => void): void => {
  let left = bytes ?? Number.POSITIVE_INFINITY
  from.on('data', (chunk: Buffer) => {
    if (chunk.byteLength < left) {
      left -= chunk.byteLength
      to.write(chunk)
    } else {
      to.write(chunk.subarray(0, left), end)
    }
  })
}
