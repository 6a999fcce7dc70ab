/**
 * What is secret by its name: the one list, for what is shown and for what is stored. Names are
 * compared in lower case, and as their bytes.
 */

/** Members of a Secret that hold its values. */
export const SECRET_MEMBERS: ReadonlySet<string> = new Set(['data', 'stringData'])

/** Members of a ConfigMap that hold its values. */
export const CONFIG_MEMBERS: ReadonlySet<string> = new Set(['data', 'binaryData'])

const NAMES: ReadonlySet<string> = new Set([
  ...['token', 'bearertoken', 'accesstoken', 'refreshtoken', 'idtoken', 'clientsecret'],
  ...['access_token', 'refresh_token', 'id_token', 'client_secret', 'password', 'passphrase'],
  'auth',
])

/** Whether a member of this name holds a secret in whatever object it is. */
export const isSecretName = (name: string): boolean =>
  name.length <= 16 && NAMES.has(name.toLowerCase())

const VARIABLE =
  /(?:passw(?:or)?d|passphrase|token|secret|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)$/i

/** Whether a variable of this name holds a secret. */
export const isSecretVariable = (name: string): boolean => VARIABLE.test(name)

const FILE =
  /(?:^\.?docker(?:configjson|cfg|config\.json)|kubeconfig(?:\.ya?ml|\.json)?|\.key|(?:^|[/_-])id_(?:rsa|dsa|ecdsa|ed25519)|\.?(?:netrc|pgpass|htpasswd)|\.(?:p12|pfx|jks)|credentials(?:\.json)?)$/i

/** Whether a key of a ConfigMap names a credential: a variable, or a file that holds one. */
export const isCredentialKey = (key: string): boolean => {
  const name = key.replace(/\.(?:txt|ya?ml|json|env)$/i, '').replaceAll('.', '_')
  return VARIABLE.test(name) || FILE.test(key)
}

const FLAG =
  /^--?(?:[\w-]{1,64}-)?(?:token|password|passwd|passphrase|secret|api-?key|access-?key|secret-?key)$/i

/** Whether an argument of a command says that the next one is a secret. */
export const isSecretFlag = (argument: string): boolean => FLAG.test(argument)

/** The annotation in which kubectl keeps a copy of what it last applied. */
export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
