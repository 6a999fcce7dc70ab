import { readFile } from 'node:fs/promises'
import { LIMIT } from '../../base/limit.ts'
import type { Given } from '../command.ts'
import { wrong } from '../hunt-request.ts'
import { readText } from '../rule-files.ts'
import { CommandError, codeOf, EXIT } from '../shell.ts'
import { type Endpoint, readKubeconfig } from './kubeconfig.ts'
import { receiverUrl } from './receiver-url.ts'

/** The receiver that the options name: by the API server's file for it, or one by one. */
export const endpointOf = async (given: Given): Promise<Endpoint> => {
  const file = given.text('webhook-config')
  if (file !== undefined) {
    if (given.text('url') !== undefined) {
      throw wrong('--webhook-config holds the URL', 'leave --url away, or the file')
    }
    return readKubeconfig(await readText(file, LIMIT.yamlBytesMax), file, given.text('context'))
  }
  const read = async (option: string): Promise<Buffer | undefined> => contentOf(given.text(option))
  const token = await read('token-file')
  return {
    url: receiverUrl(given),
    ca: await read('ca'),
    cert: await read('cert'),
    key: await read('key'),
    token: token?.toString().trim(),
    serverName: undefined,
  }
}

async function contentOf(path: string | undefined): Promise<Buffer | undefined> {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (error) {
    throw new CommandError(
      EXIT.environment,
      `${path} cannot be read${codeOf(error)}`,
      'check the path and the permissions',
      error,
    )
  }
}
