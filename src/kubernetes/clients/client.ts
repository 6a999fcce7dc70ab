import type { ClientKind } from '../../model/facts.ts'
import { OFFENSIVE_TOOLS } from './tools.ts'

/** What kind of program a user agent names: a hint, for the client chooses it. */
export const clientKind = (agent = ''): ClientKind => {
  if (agent === '') return 'none'
  if (agent.startsWith('kubectl/')) return 'kubectl'
  if (GO_CLIENT.test(agent)) return 'kubernetes'
  if (LIBRARY.test(agent)) return 'library'
  if (BROWSER.test(agent)) return 'browser'
  return SCRIPT.test(agent) ? 'script' : 'other'
}

/**
 * The tool that a user agent names. Asked of nearly every event: a Go client of Kubernetes names
 * its program first, and only that one.
 */
export const clientTool = (agent = ''): string | undefined => {
  if (!agent.includes(') kubernetes/')) return toolIn(agent)
  const program = agent.slice(0, agent.indexOf('/')).toLowerCase()
  const tool = program.includes('_') ? program.replaceAll('_', '-') : program
  return TOOLS.has(tool) ? tool : undefined
}

/** The first known tool that a text names, in lower case and with dashes. */
export const toolIn = (text: string): string | undefined =>
  TOOL.exec(text)?.[0].toLowerCase().replaceAll('_', '-')

/** `program/version (os/arch) kubernetes/commit`. Upstream: client-go rest/config.go. */
const GO_CLIENT = /^[^\s/]+\/\S+ \([^\s/)]+\/[^\s/)]+\) (?:kubernetes\/|\S+$)/
/** Client libraries of other languages. */
const LIBRARY =
  /^(?:OpenAPI-Generator|Swagger-Codegen|kubernetes-client|fabric8|kube-rs|k8s-client)|kubernetes.java.client|Fabric8/i
const BROWSER = /^(?:Mozilla|Opera)\//
/** What asks without a client for Kubernetes: command line tools and libraries for HTTP. */
const SCRIPT =
  /^(?:curl|wget|httpie|xh|aria2|python|pycurl|aiohttp|httpx|urllib|go-http-client|go-resty|okhttp|java|apache-httpclient|jakarta|ruby|faraday|rest-client|libwww|lwp|php|guzzlehttp|node|axios|got|undici|postman|insomnia|powershell|perl|rust|reqwest|hyper|busybox)(?![a-z])|PowerShell\//i

const TOOLS = new Set(OFFENSIVE_TOOLS.map((tool) => tool.replaceAll('_', '-')))

/** A tool's name as a word of its own; the underscore and the dash of kubectl's plugins are one. */
const TOOL = new RegExp(
  `(?<![a-z0-9])(?:${OFFENSIVE_TOOLS.map((tool) => tool.replaceAll(/[_-]/g, '[_-]')).join('|')})(?![a-z0-9])`,
  'i',
)
