import { connect, createServer, type Server, type Socket } from 'node:net'

/** What becomes of a request: nothing, or its connection is cut after so many bytes one way. */
export type Cut = { readonly of: 'request' | 'response'; readonly afterBytes: number } | undefined

/** A proxy between two Unix sockets. */
export interface CuttingProxy {
  close(): Promise<void>
}

/** Listens on one socket and passes on to another; `cuts` says what befalls each request. */
export const openCuttingProxy = async (
  from: string,
  to: string,
  cuts: () => Cut,
): Promise<CuttingProxy> => {
  const sockets = new Set<Socket>()
  const server: Server = createServer((client) => {
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
    const left = { request: Number.POSITIVE_INFINITY, response: Number.POSITIVE_INFINITY }
    const passOn = (of: keyof typeof left, chunk: Buffer, target: Socket): void => {
      if (chunk.byteLength < left[of]) target.write(chunk)
      else target.write(chunk.subarray(0, left[of]), end)
      left[of] -= chunk.byteLength
    }
    client.on('data', (chunk: Buffer) => {
      const cut = chunk.toString('latin1', 0, 5) === 'POST ' ? cuts() : undefined
      if (cut !== undefined) left[cut.of] = cut.afterBytes
      passOn('request', chunk, upstream)
    })
    upstream.on('data', (chunk: Buffer) => passOn('response', chunk, client))
  })
  await new Promise<void>((resolve) => server.listen(from, resolve))
  return {
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
