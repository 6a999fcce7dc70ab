import type { AuditEvent } from '../../model/event.ts'
import type { SecretNameSign } from '../../model/facts.ts'

/** What the name of the Secret that a request is about says of it. Undefined: nothing. */
export const secretNameSignsOf = (event: AuditEvent): readonly SecretNameSign[] | undefined => {
  const ref = event.objectRef
  if (ref?.resource !== 'secrets' || ref.apiGroup || !ref.name) return undefined
  const signs: SecretNameSign[] = []
  if (CREDENTIAL.some((pattern) => pattern.test(ref.name ?? ''))) signs.push('credential')
  if (DEPLOYMENT.some((pattern) => pattern.test(ref.name ?? ''))) signs.push('deployment')
  return signs.length === 0 ? undefined : signs
}

/** Names of Secrets that open more than one application. (A table of data.) */
const CREDENTIAL: readonly RegExp[] = [
  /kubeconfig|kube-config|admin-conf|kubeadmin/i,
  // Of nodes that join, of ServiceAccounts before Kubernetes 1.24.
  /^bootstrap-token-/i,
  /-token-[a-z0-9]{5}$/i,
  // Authorities, and what the control plane shows to itself.
  /(?:^|[-.])(?:root-|cluster-|client-|issuer-|signing-|etcd-|front-proxy-)?ca(?:[-.](?:key|keys|keypair|key-pair|secret|cert|certs|tls))?$/i,
  /(?:^|[-.])(?:etcd|front-proxy)[-.](?:peer|server|client|certs|tls)/i,
  /(?:^|[-.])sa-key|service-account-key|signing-key|encryption-(?:config|key)|sealed-secrets-key/i,
  // Authorities of service meshes.
  /^cacerts$|identity-issuer$|trust-anchors?$/i,
  // What opens the secrets that lie in Git.
  /(?:^|-)sops-(?:age|gpg)|(?:^|[-.])age-keys?$/i,
  // Administrators, and what opens a vault.
  /(?:^|[-.])(?:admin|root|superuser|initial-admin|cluster-admin)(?:[-.](?:user|secret|password|passwd|creds|credentials|token|login))?$/i,
  /(?:unseal|vault|recovery)-(?:keys?|token|root)|vault-unseal/i,
  // Argo CD's own, and those of its clusters and repositories.
  /^argocd-secret$|^argocd-initial-admin-secret$|^cluster-[a-z0-9.-]+-\d{6,10}$|^(?:repo|creds)-\d{6,12}$/i,
  // Clouds, and logins by key.
  /(?:^|[-.])(?:aws|gcp|gcs|azure|cloud|s3|iam|do|hcloud|vsphere|openstack)[-.](?:creds|credentials|secret|keys?|account|provider|config)/i,
  /(?:^|[-.])(?:service-account|sa)[-.](?:json|creds|credentials)/i,
  /(?:^|[-.])(?:ssh|deploy|host|private)[-.]?keys?$|id[-_]rsa|id[-_]ed25519/i,
]

/** Names of Secrets that deployments are made with. (A table of data.) */
const DEPLOYMENT: readonly RegExp[] = [
  /^sh\.helm\.release\.v1\./i,
  /dockerconfig|dockercfg|regcred|pull-?secret|image-?pull|registry|ghcr|ecr-|gcr-|acr-|quay|harbor/i,
]
