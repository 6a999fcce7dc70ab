/**
 * Types of common additions to Kubernetes by group, as `parseType` reads them, but without verbs:
 * custom resources have all of them. (A table of data: exempt from the size limit.) Written by hand
 * from the CustomResourceDefinitions in the repository that is named above each part, and by no
 * means all that a group may have: of a name that is missing here nothing is known.
 */
export const OTHER_TYPES: Readonly<Record<string, readonly string[]>> = {
  // kubernetes-sigs/metrics-server: an API server of its own.
  'metrics.k8s.io': ['nodes cluster', 'pods namespaced'],

  // argoproj/argo-cd manifests/crds, argo-workflows manifests/base/crds, argo-rollouts
  // manifests/crds, argo-events manifests/base/crds: one group for all.
  'argoproj.io': [
    'analysisruns namespaced',
    'analysistemplates namespaced',
    'applications namespaced',
    'applicationsets namespaced',
    'appprojects namespaced',
    'clusteranalysistemplates cluster',
    'clusterworkflowtemplates cluster',
    'cronworkflows namespaced',
    'eventbus namespaced',
    'eventsources namespaced',
    'experiments namespaced',
    'rollouts namespaced',
    'sensors namespaced',
    'workflowartifactgctasks namespaced',
    'workfloweventbindings namespaced',
    'workflows namespaced',
    'workflowtaskresults namespaced',
    'workflowtasksets namespaced',
    'workflowtemplates namespaced',
  ],

  // fluxcd: config/crd/bases of source-controller, kustomize-controller, helm-controller,
  // notification-controller, image-reflector-controller and image-automation-controller.
  'helm.toolkit.fluxcd.io': ['helmreleases namespaced', 'helmreleases/status namespaced'],
  'image.toolkit.fluxcd.io': [
    'imagepolicies namespaced',
    'imagerepositories namespaced',
    'imageupdateautomations namespaced',
  ],
  'kustomize.toolkit.fluxcd.io': ['kustomizations namespaced', 'kustomizations/status namespaced'],
  'notification.toolkit.fluxcd.io': [
    'alerts namespaced',
    'providers namespaced',
    'receivers namespaced',
  ],
  'source.toolkit.fluxcd.io': [
    'buckets namespaced',
    'externalartifacts namespaced',
    'gitrepositories namespaced',
    'helmcharts namespaced',
    'helmrepositories namespaced',
    'ocirepositories namespaced',
  ],

  // cert-manager/cert-manager deploy/crds.
  'acme.cert-manager.io': ['challenges namespaced', 'orders namespaced'],
  'cert-manager.io': [
    'certificaterequests namespaced',
    'certificaterequests/status namespaced',
    'certificates namespaced',
    'certificates/status namespaced',
    'clusterissuers cluster',
    'issuers namespaced',
  ],

  // projectcalico/calico manifests/crds.yaml; the second group is an API server of its own.
  'crd.projectcalico.org': [
    'bgpconfigurations cluster',
    'bgpfilters cluster',
    'bgppeers cluster',
    'blockaffinities cluster',
    'caliconodestatuses cluster',
    'clusterinformations cluster',
    'felixconfigurations cluster',
    'globalnetworkpolicies cluster',
    'globalnetworksets cluster',
    'hostendpoints cluster',
    'ipamblocks cluster',
    'ipamconfigs cluster',
    'ipamhandles cluster',
    'ippools cluster',
    'ipreservations cluster',
    'kubecontrollersconfigurations cluster',
    'networkpolicies namespaced',
    'networksets namespaced',
    'stagedglobalnetworkpolicies cluster',
    'stagedkubernetesnetworkpolicies namespaced',
    'stagednetworkpolicies namespaced',
    'tiers cluster',
  ],
  'projectcalico.org': [
    'bgpconfigurations cluster',
    'bgpfilters cluster',
    'bgppeers cluster',
    'blockaffinities cluster',
    'caliconodestatuses cluster',
    'clusterinformations cluster',
    'felixconfigurations cluster',
    'globalnetworkpolicies cluster',
    'globalnetworksets cluster',
    'hostendpoints cluster',
    'ippools cluster',
    'ipreservations cluster',
    'kubecontrollersconfigurations cluster',
    'networkpolicies namespaced',
    'networksets namespaced',
    'profiles cluster',
    'stagedglobalnetworkpolicies cluster',
    'stagedkubernetesnetworkpolicies namespaced',
    'stagednetworkpolicies namespaced',
    'tiers cluster',
  ],

  // cilium/cilium pkg/k8s/apis/cilium.io/client/crds; cilium/tetragon pkg/k8s/apis (tracing).
  'cilium.io': [
    'ciliumbgpadvertisements cluster',
    'ciliumbgpclusterconfigs cluster',
    'ciliumbgpnodeconfigoverrides cluster',
    'ciliumbgpnodeconfigs cluster',
    'ciliumbgppeerconfigs cluster',
    'ciliumbgppeeringpolicies cluster',
    'ciliumcidrgroups cluster',
    'ciliumclusterwideenvoyconfigs cluster',
    'ciliumclusterwidenetworkpolicies cluster',
    'ciliumegressgatewaypolicies cluster',
    'ciliumendpoints namespaced',
    'ciliumendpointslices cluster',
    'ciliumenvoyconfigs namespaced',
    'ciliumexternalworkloads cluster',
    'ciliumgatewayclassconfigs namespaced',
    'ciliumidentities cluster',
    'ciliuml2announcementpolicies cluster',
    'ciliumloadbalancerippools cluster',
    'ciliumlocalredirectpolicies namespaced',
    'ciliumnetworkpolicies namespaced',
    'ciliumnodeconfigs namespaced',
    'ciliumnodes cluster',
    'ciliumpodippools cluster',
    'podinfo namespaced',
    'tracingpolicies cluster',
    'tracingpoliciesnamespaced namespaced',
  ],

  // kubernetes-sigs/network-policy-api config/crd.
  'policy.networking.k8s.io': [
    'adminnetworkpolicies cluster',
    'baselineadminnetworkpolicies cluster',
    'clusternetworkpolicies cluster',
  ],

  // open-policy-agent/gatekeeper config/crd/bases; constraints.gatekeeper.sh has a type for each
  // template of the cluster.
  'config.gatekeeper.sh': ['configs namespaced'],
  'expansion.gatekeeper.sh': ['expansiontemplate cluster'],
  'externaldata.gatekeeper.sh': ['providers cluster'],
  'mutations.gatekeeper.sh': [
    'assign cluster',
    'assignimage cluster',
    'assignmetadata cluster',
    'modifyset cluster',
  ],
  'status.gatekeeper.sh': [
    'configpodstatuses namespaced',
    'constraintpodstatuses namespaced',
    'constrainttemplatepodstatuses namespaced',
    'expansiontemplatepodstatuses namespaced',
    'mutatorpodstatuses namespaced',
    'providerpodstatuses namespaced',
  ],
  'syncset.gatekeeper.sh': ['syncsets cluster'],
  'templates.gatekeeper.sh': ['constrainttemplates cluster'],

  // kyverno/kyverno config/crds; kubernetes-sigs/wg-policy-prototypes policy-report/crd.
  'kyverno.io': [
    'admissionreports namespaced',
    'backgroundscanreports namespaced',
    'cleanuppolicies namespaced',
    'clusteradmissionreports cluster',
    'clusterbackgroundscanreports cluster',
    'clustercleanuppolicies cluster',
    'clusterpolicies cluster',
    'globalcontextentries cluster',
    'policies namespaced',
    'policyexceptions namespaced',
    'updaterequests namespaced',
  ],
  'policies.kyverno.io': [
    'deletingpolicies cluster',
    'generatingpolicies cluster',
    'imagevalidatingpolicies cluster',
    'mutatingpolicies cluster',
    'namespaceddeletingpolicies namespaced',
    'namespacedimagevalidatingpolicies namespaced',
    'namespacedvalidatingpolicies namespaced',
    'policyexceptions namespaced',
    'validatingpolicies cluster',
  ],
  'reports.kyverno.io': ['clusterephemeralreports cluster', 'ephemeralreports namespaced'],
  'wgpolicyk8s.io': ['clusterpolicyreports cluster', 'policyreports namespaced'],

  // istio/istio manifests/charts/base/files/crd-all.gen.yaml.
  'extensions.istio.io': ['wasmplugins namespaced'],
  'networking.istio.io': [
    'destinationrules namespaced',
    'envoyfilters namespaced',
    'gateways namespaced',
    'proxyconfigs namespaced',
    'serviceentries namespaced',
    'sidecars namespaced',
    'virtualservices namespaced',
    'workloadentries namespaced',
    'workloadgroups namespaced',
  ],
  'security.istio.io': [
    'authorizationpolicies namespaced',
    'peerauthentications namespaced',
    'requestauthentications namespaced',
  ],
  'telemetry.istio.io': ['telemetries namespaced'],

  // kubernetes-sigs/gateway-api config/crd.
  'gateway.networking.k8s.io': [
    'backendtlspolicies namespaced',
    'gatewayclasses cluster',
    'gateways namespaced',
    'gateways/status namespaced',
    'grpcroutes namespaced',
    'httproutes namespaced',
    'httproutes/status namespaced',
    'listenersets namespaced',
    'referencegrants namespaced',
    'tcproutes namespaced',
    'tlsroutes namespaced',
    'udproutes namespaced',
  ],
  'gateway.networking.x-k8s.io': [
    'xbackendtrafficpolicies namespaced',
    'xlistenersets namespaced',
    'xmeshes cluster',
  ],

  // prometheus-operator/prometheus-operator example/prometheus-operator-crd.
  'monitoring.coreos.com': [
    'alertmanagerconfigs namespaced',
    'alertmanagers namespaced',
    'podmonitors namespaced',
    'probes namespaced',
    'prometheusagents namespaced',
    'prometheuses namespaced',
    'prometheusrules namespaced',
    'scrapeconfigs namespaced',
    'servicemonitors namespaced',
    'thanosrulers namespaced',
  ],

  // vmware-tanzu/velero config/crd.
  'velero.io': [
    'backuprepositories namespaced',
    'backups namespaced',
    'backupstoragelocations namespaced',
    'datadownloads namespaced',
    'datauploads namespaced',
    'deletebackuprequests namespaced',
    'downloadrequests namespaced',
    'podvolumebackups namespaced',
    'podvolumerestores namespaced',
    'restores namespaced',
    'schedules namespaced',
    'serverstatusrequests namespaced',
    'volumesnapshotlocations namespaced',
  ],

  // openshift/api.
  'apps.openshift.io': [
    'deploymentconfigs namespaced',
    'deploymentconfigs/instantiate namespaced',
    'deploymentconfigs/log namespaced',
    'deploymentconfigs/rollback namespaced',
    'deploymentconfigs/scale namespaced',
    'deploymentconfigs/status namespaced',
  ],
  'authorization.openshift.io': [
    'clusterrolebindings cluster',
    'clusterroles cluster',
    'localresourceaccessreviews namespaced',
    'localsubjectaccessreviews namespaced',
    'resourceaccessreviews cluster',
    'rolebindingrestrictions namespaced',
    'rolebindings namespaced',
    'roles namespaced',
    'selfsubjectrulesreviews namespaced',
    'subjectaccessreviews cluster',
    'subjectrulesreviews namespaced',
  ],
  'build.openshift.io': [
    'buildconfigs namespaced',
    'buildconfigs/instantiate namespaced',
    'buildconfigs/instantiatebinary namespaced',
    'buildconfigs/webhooks namespaced',
    'builds namespaced',
    'builds/clone namespaced',
    'builds/details namespaced',
    'builds/log namespaced',
  ],
  'config.openshift.io': [
    'apiservers cluster',
    'authentications cluster',
    'builds cluster',
    'clusteroperators cluster',
    'clusterversions cluster',
    'consoles cluster',
    'dnses cluster',
    'featuregates cluster',
    'images cluster',
    'infrastructures cluster',
    'ingresses cluster',
    'networks cluster',
    'nodes cluster',
    'oauths cluster',
    'operatorhubs cluster',
    'projects cluster',
    'proxies cluster',
    'schedulers cluster',
  ],
  'image.openshift.io': [
    'images cluster',
    'imagesignatures cluster',
    'imagestreamimages namespaced',
    'imagestreamimports namespaced',
    'imagestreammappings namespaced',
    'imagestreams namespaced',
    'imagestreams/layers namespaced',
    'imagestreams/secrets namespaced',
    'imagestreams/status namespaced',
    'imagestreamtags namespaced',
    'imagetags namespaced',
  ],
  'machineconfiguration.openshift.io': [
    'containerruntimeconfigs cluster',
    'controllerconfigs cluster',
    'kubeletconfigs cluster',
    'machineconfigpools cluster',
    'machineconfigs cluster',
  ],
  'oauth.openshift.io': [
    'oauthaccesstokens cluster',
    'oauthauthorizetokens cluster',
    'oauthclientauthorizations cluster',
    'oauthclients cluster',
    'tokenreviews cluster',
    'useroauthaccesstokens cluster',
  ],
  'project.openshift.io': ['projectrequests cluster', 'projects cluster'],
  'quota.openshift.io': [
    'appliedclusterresourcequotas namespaced',
    'clusterresourcequotas cluster',
  ],
  'route.openshift.io': [
    'routes namespaced',
    'routes/custom-host namespaced',
    'routes/status namespaced',
  ],
  'security.openshift.io': [
    'podsecuritypolicyreviews namespaced',
    'podsecuritypolicyselfsubjectreviews namespaced',
    'podsecuritypolicysubjectreviews namespaced',
    'rangeallocations cluster',
    'securitycontextconstraints cluster',
  ],
  'template.openshift.io': [
    'brokertemplateinstances cluster',
    'processedtemplates namespaced',
    'templateinstances namespaced',
    'templates namespaced',
  ],
  'user.openshift.io': [
    'groups cluster',
    'identities cluster',
    'useridentitymappings cluster',
    'users cluster',
  ],

  // operator-framework/api crds.
  'operators.coreos.com': [
    'catalogsources namespaced',
    'clusterserviceversions namespaced',
    'installplans namespaced',
    'olmconfigs cluster',
    'operatorconditions namespaced',
    'operatorgroups namespaced',
    'operators cluster',
    'subscriptions namespaced',
  ],

  // external-secrets/external-secrets config/crds/bases.
  'external-secrets.io': [
    'clusterexternalsecrets cluster',
    'clusterpushsecrets cluster',
    'clustersecretstores cluster',
    'externalsecrets namespaced',
    'externalsecrets/status namespaced',
    'pushsecrets namespaced',
    'secretstores namespaced',
  ],

  // bitnami-labs/sealed-secrets helm/sealed-secrets/crds.
  'bitnami.com': ['sealedsecrets namespaced', 'sealedsecrets/status namespaced'],

  // hashicorp/vault-secrets-operator config/crd/bases.
  'secrets.hashicorp.com': [
    'hcpauths namespaced',
    'hcpvaultsecretsapps namespaced',
    'secrettransformations namespaced',
    'vaultauthglobals namespaced',
    'vaultauths namespaced',
    'vaultconnections namespaced',
    'vaultdynamicsecrets namespaced',
    'vaultpkisecrets namespaced',
    'vaultstaticsecrets namespaced',
  ],

  // kubernetes-sigs/secrets-store-csi-driver config/crd/bases.
  'secrets-store.csi.x-k8s.io': [
    'secretproviderclasses namespaced',
    'secretproviderclasspodstatuses namespaced',
  ],

  // tektoncd/pipeline config/300-resources; tektoncd/triggers config/300-*.yaml.
  'resolution.tekton.dev': ['resolutionrequests namespaced'],
  'tekton.dev': [
    'clustertasks cluster',
    'customruns namespaced',
    'pipelineruns namespaced',
    'pipelines namespaced',
    'stepactions namespaced',
    'taskruns namespaced',
    'tasks namespaced',
    'verificationpolicies namespaced',
  ],
  'triggers.tekton.dev': [
    'clusterinterceptors cluster',
    'clustertriggerbindings cluster',
    'eventlisteners namespaced',
    'interceptors namespaced',
    'triggerbindings namespaced',
    'triggers namespaced',
    'triggertemplates namespaced',
  ],

  // knative/serving config/core/300-resources; knative/eventing config/core/resources.
  'autoscaling.internal.knative.dev': ['metrics namespaced', 'podautoscalers namespaced'],
  'eventing.knative.dev': [
    'brokers namespaced',
    'eventpolicies namespaced',
    'eventtypes namespaced',
    'triggers namespaced',
  ],
  'messaging.knative.dev': [
    'channels namespaced',
    'inmemorychannels namespaced',
    'subscriptions namespaced',
  ],
  'networking.internal.knative.dev': [
    'certificates namespaced',
    'clusterdomainclaims cluster',
    'ingresses namespaced',
    'serverlessservices namespaced',
  ],
  'serving.knative.dev': [
    'configurations namespaced',
    'domainmappings namespaced',
    'revisions namespaced',
    'routes namespaced',
    'services namespaced',
  ],

  // kubernetes-sigs/karpenter pkg/apis/crds, aws/karpenter-provider-aws pkg/apis/crds.
  'karpenter.k8s.aws': ['ec2nodeclasses cluster'],
  'karpenter.sh': ['nodeclaims cluster', 'nodeoverlays cluster', 'nodepools cluster'],

  // kubernetes-sigs/cluster-api config/crd/bases and its control plane and bootstrap providers.
  'addons.cluster.x-k8s.io': [
    'clusterresourcesetbindings namespaced',
    'clusterresourcesets namespaced',
  ],
  'bootstrap.cluster.x-k8s.io': ['kubeadmconfigs namespaced', 'kubeadmconfigtemplates namespaced'],
  'cluster.x-k8s.io': [
    'clusterclasses namespaced',
    'clusters namespaced',
    'clusters/status namespaced',
    'machinedeployments namespaced',
    'machinedeployments/scale namespaced',
    'machinedrainrules namespaced',
    'machinehealthchecks namespaced',
    'machinepools namespaced',
    'machines namespaced',
    'machines/status namespaced',
    'machinesets namespaced',
  ],
  'controlplane.cluster.x-k8s.io': [
    'kubeadmcontrolplanes namespaced',
    'kubeadmcontrolplanetemplates namespaced',
  ],

  // rancher/rancher pkg/apis, rancher/fleet charts/fleet-crd, k3s-io/k3s and helm-controller.
  'catalog.cattle.io': [
    'apps namespaced',
    'clusterrepos cluster',
    'operations namespaced',
    'uiplugins namespaced',
  ],
  'fleet.cattle.io': [
    'bundledeployments namespaced',
    'bundlenamespacemappings namespaced',
    'bundles namespaced',
    'clustergroups namespaced',
    'clusterregistrations namespaced',
    'clusterregistrationtokens namespaced',
    'clusters namespaced',
    'contents cluster',
    'gitreporestrictions namespaced',
    'gitrepos namespaced',
    'helmops namespaced',
  ],
  'helm.cattle.io': ['helmchartconfigs namespaced', 'helmcharts namespaced'],
  'k3s.cattle.io': ['addons namespaced', 'etcdsnapshotfiles cluster'],
  'management.cattle.io': [
    'authconfigs cluster',
    'clusterregistrationtokens namespaced',
    'clusterroletemplatebindings namespaced',
    'clusters cluster',
    'features cluster',
    'globalrolebindings cluster',
    'globalroles cluster',
    'groupmembers cluster',
    'groups cluster',
    'nodes namespaced',
    'podsecurityadmissionconfigurationtemplates cluster',
    'preferences namespaced',
    'projectroletemplatebindings namespaced',
    'projects namespaced',
    'roletemplates cluster',
    'settings cluster',
    'tokens cluster',
    'userattributes cluster',
    'users cluster',
  ],
  'provisioning.cattle.io': ['clusters namespaced'],
  'upgrade.cattle.io': ['plans namespaced'],

  // traefik/traefik docs/content/reference/dynamic-configuration/kubernetes-crd-definition-v1.yml.
  'traefik.io': [
    'ingressroutes namespaced',
    'ingressroutetcps namespaced',
    'ingressrouteudps namespaced',
    'middlewares namespaced',
    'middlewaretcps namespaced',
    'serverstransports namespaced',
    'serverstransporttcps namespaced',
    'tlsoptions namespaced',
    'tlsstores namespaced',
    'traefikservices namespaced',
  ],

  // kubernetes-csi/external-snapshotter client/config/crd.
  'snapshot.storage.k8s.io': [
    'volumesnapshotclasses cluster',
    'volumesnapshotcontents cluster',
    'volumesnapshots namespaced',
    'volumesnapshots/status namespaced',
  ],

  // kedacore/keda config/crd/bases.
  'keda.sh': [
    'clustertriggerauthentications cluster',
    'scaledjobs namespaced',
    'scaledobjects namespaced',
    'triggerauthentications namespaced',
  ],

  // crossplane/crossplane cluster/crds.
  'apiextensions.crossplane.io': [
    'compositeresourcedefinitions cluster',
    'compositionrevisions cluster',
    'compositions cluster',
    'environmentconfigs cluster',
  ],
  'pkg.crossplane.io': [
    'configurationrevisions cluster',
    'configurations cluster',
    'functionrevisions cluster',
    'functions cluster',
    'locks cluster',
    'providerrevisions cluster',
    'providers cluster',
  ],

  // aquasecurity/trivy-operator deploy/helm/crds.
  'aquasecurity.github.io': [
    'clustercompliancereports cluster',
    'clusterconfigauditreports cluster',
    'clusterinfraassessmentreports cluster',
    'clusterrbacassessmentreports cluster',
    'clustersbomreports cluster',
    'clustervulnerabilityreports cluster',
    'configauditreports namespaced',
    'exposedsecretreports namespaced',
    'infraassessmentreports namespaced',
    'rbacassessmentreports namespaced',
    'sbomreports namespaced',
    'vulnerabilityreports namespaced',
  ],

  // kubewarden/kubewarden-controller charts/kubewarden-crds; sigstore/policy-controller config.
  'policies.kubewarden.io': [
    'admissionpolicies namespaced',
    'admissionpolicygroups namespaced',
    'clusteradmissionpolicies cluster',
    'clusteradmissionpolicygroups cluster',
    'policyservers cluster',
  ],
  'policy.sigstore.dev': ['clusterimagepolicies cluster', 'trustroots cluster'],
}

/**
 * Groups whose types depend on the cluster, so that every name may be right. (A table of data.)
 * Upstream: kubernetes/metrics pkg/apis; open-policy-agent/frameworks constraint.
 */
export const OPEN_GROUPS: ReadonlySet<string> = new Set([
  'constraints.gatekeeper.sh',
  'custom.metrics.k8s.io',
  'external.metrics.k8s.io',
])

/**
 * Groups that Kubernetes had before 1.25 and has no more, and the last minor release with each. (A
 * table of data.) Upstream: kubernetes/website content/en/docs/reference/using-api/
 * deprecation-guide.md and the changelogs.
 */
export const FORMER_GROUPS: Readonly<Record<string, number>> = {
  'auditregistration.k8s.io': 18,
  extensions: 21,
  'settings.k8s.io': 19,
}

/** Resources that a group of Kubernetes' own had before 1.25, as above. (A table of data.) */
export const FORMER_TYPES: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  policy: { podsecuritypolicies: 24 },
}

/**
 * What people write for a resource: short names and kinds that are not the singular. (A table of
 * data.) Upstream: shortNames in the discovery of kubernetes/kubernetes.
 */
export const SHORT_NAMES: Readonly<Record<string, string>> = {
  cm: 'configmaps',
  cr: 'clusterroles',
  crb: 'clusterrolebindings',
  crd: 'customresourcedefinitions',
  crds: 'customresourcedefinitions',
  cj: 'cronjobs',
  cs: 'componentstatuses',
  csr: 'certificatesigningrequests',
  deploy: 'deployments',
  ds: 'daemonsets',
  ep: 'endpoints',
  ev: 'events',
  hpa: 'horizontalpodautoscalers',
  ing: 'ingresses',
  limits: 'limitranges',
  netpol: 'networkpolicies',
  no: 'nodes',
  ns: 'namespaces',
  pc: 'priorityclasses',
  pdb: 'poddisruptionbudgets',
  po: 'pods',
  pv: 'persistentvolumes',
  pvc: 'persistentvolumeclaims',
  quota: 'resourcequotas',
  rc: 'replicationcontrollers',
  rs: 'replicasets',
  sa: 'serviceaccounts',
  sc: 'storageclasses',
  sts: 'statefulsets',
  svc: 'services',
}
