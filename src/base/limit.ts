/**
 * Every bound of deckwatch, in one place. Each is met by a test (`tidy/` looks for its name in the
 * tests), and meeting one is always an issue or a counted event, never silence.
 */
export const LIMIT = {
  /** One record (a line, a document, an item). A longer one is skipped, with its byte range. */
  recordBytesMax: 33_554_432,
  /** What a worker is given at once. */
  blockBytes: 1_048_576,
  /** The beginning of a file that tells its content from any other: its first line, so far. */
  fingerprintBytes: 65_536,
  /**
   * Rotated files of one followed log that wait to be read; what comes after is looked for then.
   */
  rotatedFilesQueued: 256,
  /** Of those, kept open, so that a rotation which deletes them does not take them away. */
  rotatedFilesHeld: 16,
  /** Files of one followed log of which it is remembered how far they were read. */
  followedFilesRemembered: 20_000,
  /** Nesting of JSON that rules look into. */
  jsonDepthMax: 128,
  /** Values of one record that are kept apart to find secrets in it; beyond it all is masked. */
  jsonTreeNodesMax: 2_000_000,
  /** Texts within texts (JSON in a string, a query) that are looked into for secrets. */
  secretTextDepthMax: 16,
  /** Wrappers around wrappers: a line in a log field in a record in an envelope. */
  wrapDepthMax: 8,
  /** Decompressed bytes to compressed bytes, after the first `inflateFreeBytes`. */
  inflateRatioMax: 200,
  /** Decompressed bytes that are always allowed, whatever the ratio. */
  inflateFreeBytes: 64_194_304,
  /** A YAML document: an event, a rule, a list. */
  yamlBytesMax: 1_048_576,
  /** Aliases resolved in one YAML document. */
  yamlAliasesMax: 10,
  /** Documents of one YAML file. */
  yamlDocumentsMax: 10_000,
  /** Nesting of a YAML document. */
  yamlDepthMax: 64,
  /** An audit policy. */
  policyBytesMax: 1_048_576,
  /** Nesting of an audit policy; an API server takes 10,000. */
  policyDepthMax: 1_000,
  /** Characters of an audit policy once its aliases are followed. */
  policyCharactersMax: 16_777_216,
  /** Parentheses and negations within each other in the condition of a rule. */
  conditionDepthMax: 64,
  /** Names that the patterns of a condition (`1 of x*`) are compared with, all together. */
  conditionNamesMax: 1_000_000,
  /** Tests of a rule, each counted as often as its condition asks it. */
  ruleTestsMax: 20_000,
  /** Pairs of tests that the linter compares to learn what one rule can never do. */
  lintStepsMax: 2_000_000,
  /** Alternatives of one rule that the linter asks about, each by itself. */
  lintAlternativesMax: 500,
  /** Values or forms that one value of a rule stands for, by placeholders or dashes. */
  valueFormsMax: 100_000,
  /** Characters of a regular expression in a rule. */
  regexCharactersMax: 4_096,
  /** Steps of a compiled regular expression: each character of a text may visit all of them. */
  regexStepsMax: 5_000,
  /** Issues kept whole for a code; above it they are only counted. */
  issuesKeptPerCode: 100,
  /** Kinds of request (verb, group, resource, subresource) whose rules are kept ready. */
  ruleBucketsMax: 20_000,
  /** Characters of a verb, resource, subresource or group above which its kind is not kept. */
  kindCharactersMax: 253,
  /** Ways in which kinds of request answer one rule that are kept ready for it. */
  ruleAnswersMax: 256,
  /** Acts that wait for their final stage. Beyond it the oldest are judged as they stand. */
  actsOpenMax: 200_000,
  /** Finished acts that are remembered, so that a late or repeated stage is not counted again. */
  actsRememberedMax: 2_000_000,
  /** Contents remembered, of all API servers, to know what came by two ways. A hint only. */
  contentsRememberedMax: 1_000_000,
  /** A delivery that is analyzed at once. A longer one is, piece by piece. */
  analyzedBytesMax: 8_388_608,
  /** Ids of requests remembered, to notice that a client gives one of them again. */
  auditIdsRememberedMax: 400_000,
  /** How long a stop waits for what is in the log to be stored, in ms; it stays in the log. */
  drainMs: 20_000,
  /** How long it then waits for the store to end what it has begun, in ms. */
  stopCommitMs: 3_000,
  /** Bytes of deliveries after which a batch is closed; the last one may be longer. */
  batchBytesMax: 16_777_216,
  /** How long a batch waits for more, in ms. */
  batchMsMax: 1_000,
  /** Deliveries that the worker has at a time. */
  workerDeliveriesMax: 8,
  /** Their bytes after which no other is handed to it. */
  workerBytesMax: 33_554_432,
  /** Events that are inserted into the store at a time: of tiny ones too many need its memory. */
  batchPieceRowsMax: 20_000,
  /** Bytes of events after which an insert holds enough; the last one may be longer. */
  batchPieceBytesMax: 16_777_216,
  /** Characters of findings or signals after which an insert of them holds enough. */
  recordsPortionCharacters: 4_194_304,
  /** Acts of one cluster that a restart reads back from the store to go on with its windows. */
  signalsRestoredMax: 100_000,
  /** Findings remembered, to say what is taken back. */
  toldRememberedMax: 20_000,
  /** Ids of told findings in one record of the write-ahead log. */
  toldIdsPerRecord: 10_000,
  /** Events of one kind that are named of a piece of a delivery: canaries, ids given twice. */
  namedPerDelivery: 20,
  /** Canaries of which it is remembered how far they came. */
  canariesRememberedMax: 1_000,
  /** Findings kept whole. Beyond it the least severe and latest are only counted. */
  findingsKeptMax: 20_000,
  /** Events of one case of a rule, repetitions included. */
  caseEventsMax: 10_000,
  /** Events that a correlation's finding names. The others are only counted. */
  correlationEventsMax: 1_000,
  /** The same of all its findings together. Beyond it each names fewer, and at least ten. */
  correlationEventsAllMax: 50_000,
  /** Bytes of the hits that wait for their place in time, all correlations together. */
  correlationQueueBytesMax: 134_217_728,
  /** Findings of correlations kept whole. Those beyond it are only counted. */
  correlationFindingsMax: 5_000,
  /** Values that one act gives a correlation. An act with more cannot be told. */
  correlationActValuesMax: 1_000,
  /** Bytes of the windows of all correlations together. */
  correlationStateBytesMax: 268_435_456,
  /** Numbers in a window of which a percentile is taken; with more of them it cannot be told. */
  correlationValuesMax: 1_000,
  /** Correlations of a set of rules. */
  correlationsMax: 10_000,
  /** Rules that one correlation names. */
  correlationRulesMax: 1_000,
  /** Correlations chained one upon the other. */
  correlationChainMax: 8,
  /** Terms of a condition that asks how many of a correlation's rules match. */
  correlationTermsMax: 1_000,
  /** Characters of one value in a finding's reason and deciding fields. */
  shownCharactersMax: 200,
  /** Minutes with events that are remembered for each source, to find gaps. */
  sourceMinutesMax: 1_000_000,
  /** Rows of one list in a text report, and of groups under one rule; the rest is counted. */
  textRowsMax: 20,
  /** Different claims shown for one group of findings in a text report. */
  textClaimsMax: 4,
  /** Events of a correlation that are shown whole as text; the others are listed. */
  wholeEventsMax: 3,
  /** Selections of a converted rule that are merged; a rule with more is not made to be read. */
  mergedSelectionsMax: 500,
  /** Rows of one list in the HTML report; the rest is counted. */
  htmlRowsMax: 300,
  /** Worker threads of one hunt. */
  threadsMax: 256,
  /** Entries in an ignore file. */
  ignoreEntriesMax: 10_000,
  /** A baseline or an ignore file. */
  listFileBytesMax: 268_435_456,
  /** Events that `show --around` prints before it only counts. */
  aroundEventsMax: 1_000,
  /** Operations of one JSON Patch: the API server refuses more. */
  jsonPatchOperationsMax: 10_000,
  /** Array elements moved while a JSON Patch is resolved; beyond it the patch cannot be told. */
  jsonPatchMovesMax: 200_000,
  /** Characters put into the commands of a container for its variables; beyond it they hide. */
  commandExpansionCharactersMax: 65_536,
  /** Values found at one dotted path below a body; beyond it the field cannot be told. */
  pathValuesMax: 100_000,
  /** Bytes of one certificate request, decoded; a longer one cannot be told. */
  certificateRequestBytesMax: 65_536,
  /** Addresses in `sourceIPs` above which the forwarding is a sign of forgery. */
  forwardedAddressesUsual: 8,
  /** Bytes of an event at level Metadata above which its size is a sign of forgery. */
  metadataEventBytesUsual: 32_768,
  /** Head of a record of the write-ahead log. */
  logHeadBytesMax: 1_048_576,
  /** Body of a record of the write-ahead log. */
  logBodyBytesMax: 268_435_456,
  /** The write-ahead log on disk: some hours of a busy cluster without a store. */
  logBytesMax: 34_359_738_368,
  /** A segment of the write-ahead log, after which another one begins. */
  logSegmentBytes: 67_108_864,
  /** Records that are written and synced together, all bytes; a larger one goes alone. */
  logGroupBytesMax: 16_777_216,
  /** Records last written that readers of the log get from memory. Older ones come from disk. */
  logTailBytesMax: 16_777_216,
  /** Room of the log that only what lets it shrink again may use. */
  logReserveBytes: 1_048_576,
  /** How long a released record may wait for others of its segment before it is deleted. */
  logReleasedMs: 10_000,
  /** A webhook body that is kept whole. Of a longer one the beginning is, and its digest. */
  webhookBodyBytesMax: 268_435_456,
  /** What is kept of a body that is too long. */
  quarantineBytes: 1_048_576,
  /** All that is kept of bodies that nobody can read, whole blocks of a disk each. */
  quarantineFolderBytesMax: 1_073_741_824,
  /** Bytes of webhook bodies in memory; each API server gets its share, see FairShare. */
  webhookBytesInHandMax: 402_653_184,
  /** Webhook requests under way; each API server gets its share. The others are asked to wait. */
  webhookExchangesMax: 1_024,
  /** Bytes of webhook bodies that wait for the write-ahead log at once; the others take turns. */
  webhookKeepBytesMax: 33_554_432,
  /** API servers that one receiver knows; others are asked to wait for ever. */
  webhookSourcesMax: 256,
  /** Connections to the webhook receiver; each address gets its share. */
  webhookConnectionsMax: 2_048,
  /** Bodies of one API server that are recognised when they come again: an hour at 50 a second. */
  bodiesRememberedMax: 180_000,
  /** Requests begun, and ended, that one delivery says of its log; more are only counted. */
  observationRequestsMax: 50_000,
  /** Seconds that the events of one delivery are counted by. */
  observationSecondsMax: 10_000,
  /** Kinds of request of one delivery whose levels are counted. */
  observationKindsMax: 2_000,
  /** Events that a note about a log shows. */
  noteEventsMax: 10,
  /** Episodes of one kind that are told apart at one API server; more are joined. */
  noteEpisodesMax: 1_000,
  /** Requests of one API server that wait for their end. Beyond it the oldest are given up. */
  openRequestsMax: 200_000,
  /** Kinds of request that are remembered for one API server, to compare it with others. */
  policyKindsMax: 5_000,
  /** Kinds of request for which the rules of an audit policy are kept ready; then anew. */
  policyTargetsMax: 10_000,
  /** Words of 32 rules that are kept for such kinds, for users, groups or namespaces; then anew. */
  policySetWordsMax: 4_194_304,
  /** Comparisons of all searches together when an audit policy is linted. */
  policyLintSteps: 100_000_000,
  /** Comparisons to tell whether the mends that are shown of an audit policy bring an error. */
  policyMendSteps: 50_000_000,
  /** Mends that are made of one audit policy, one after the other. */
  policyMendsMax: 50,
  /** What is said of one audit policy; the rest is left out, and that is said. */
  policyLintsMax: 1_000,
  /** Comparisons of one search for a request that rules of an audit policy match, or do not. */
  policySearchSteps: 4_000_000,
  /** Comparisons of all the searches for requests that two audit policies treat differently. */
  policyDiffSteps: 200_000_000,
  /** Comparisons made to tell which requests one difference between two policies is about. */
  policyScopeSteps: 20_000_000,
  /** Patterns of objects, and of paths, by which one difference is told. */
  policyScopePatternsMax: 60,
  /** Users and groups of an audit policy that the coverage of rules is looked at for. */
  coverageUsersMax: 300,
  /** Namespaces, object names and paths, of each kind, that coverage is looked at for. */
  coverageNamesMax: 40,
  /** Seconds by which the events of one way are remembered, to compare it with the other. */
  waySecondsMax: 3_600,
  /** The head of a request to the embedded engine; longer parameters go into its body. */
  engineHeadBytesMax: 65_536,
  /** A statement sent to the embedded engine, the rows of an insert aside. */
  engineStatementBytesMax: 4_194_304,
  /** An answer of the store that is read whole; larger ones are streamed. */
  engineAnswerBytesMax: 67_108_864,
  /** Seconds that a query of the store may take when nobody says how long. */
  storeQuerySeconds: 30,
  /** Seconds after which no request to the store is waited for. */
  storeQuerySecondsMax: 3_600,
  /** Memory of one query in the store when nobody says how much. */
  storeQueryMemoryBytes: 268_435_456,
  /** Rows of an answer that is read whole when nobody says how many. */
  storeResultRows: 100_000,
  /** Connections to a store at a time. */
  storeConnectionsMax: 10,
  /** Statements that run in the embedded engine at a time; a query beyond that is refused. */
  engineStatementsMax: 8,
  /** After it was told to stop a statement, in ms; then the embedded engine ends itself. */
  engineStopMs: 30_000,
  /** Between two questions to the embedded engine whether it still answers, in ms. */
  engineHeartbeatMs: 5_000,
  /** Questions without an answer after which the embedded engine is killed. */
  engineHeartbeatsMissedMax: 3,
  /** Acts that wait for a later stage while events come. The oldest are judged as they stand. */
  liveActsOpenMax: 50_000,
  /** Ended acts with findings or counts that are kept, so that a later event can add to them. */
  liveActsKeptMax: 20_000,
  /** Ended acts that are remembered, whatever was said of them. */
  liveActsEndedMax: 1_000_000,
  /** How long a RequestReceived waits for more: longer than the API server's own time limit. */
  liveReceivedSecondsMax: 90,
  /** How long a ResponseStarted waits for its end: as long as a kubelet keeps an idle session. */
  liveStartedSecondsMax: 14_400,
  /** How long an ended act is kept, so that a later event can add to it. */
  liveKeptSecondsMax: 900,
  /** How long an act that counts waits for acts before it, when a log that lives says no more. */
  liveWaitSecondsMax: 10,
  /** How long a log that says nothing holds back the windows of its cluster. */
  liveHeardSecondsMax: 60,
  /** How far behind the logs of their cluster windows are judged: requests end after they begin. */
  liveSlackMs: 2_000,
  /** Acts that wait for their place in time in one cluster. Beyond it they are judged early. */
  liveWaitingActsMax: 20_000,
  /** Clusters that have windows of their own; the others share the last. */
  liveClustersMax: 16,
  /** Logs of one cluster that its windows wait for; beyond it the one last heard is forgotten. */
  liveLogsMax: 1_000,
  /** Bytes of the acts of past windows, all clusters together. Older ones are in the store. */
  livePastBytesMax: 67_108_864,
  /** What correlations began that is remembered, in one cluster: to go on, or be taken back. */
  liveEpisodesMax: 20_000,
  /** Acts that are read for what one finding of a correlation shows. */
  liveEvidenceActsMax: 20_000,
  /**
   * Groups of one cluster that are judged again for acts that
   * came late. Others are only counted.
   */
  liveLateGroupsMax: 10_000,
  /** How late an act may come and be judged again without a look into the store. */
  liveLateSecondsMax: 900,
  /** Bytes of what an API server says of its metrics. */
  metricsBytesMax: 67_108_864,
  /** Bytes of one line of metrics; a longer one is passed over. */
  metricsLineBytesMax: 65_536,
  /** Different values of a label that are told apart. */
  metricsLabelsMax: 50,
  /** Percent of a disk in use from which it is said. */
  diskWarnPercent: 80,
  /** Percent of a disk in use from which nothing more is taken. */
  diskStopPercent: 90,
  /** Weeks of clusters in one table that retention looks at in one go; the oldest come first. */
  partitionsMax: 10_000,
  /** Log sources whose completeness is watched. Of more, each delivery is looked at by itself. */
  watchedSourcesMax: 10_000,
  /** Of what is wrong with evidence, how much is named one by one; the rest is counted. */
  evidenceProblemsMax: 1_000,
  /** Links of a chain of evidence that are checked in one go. */
  evidenceLinksPerStep: 5_000,
  /** Events whose leaves are asked of the store in one go, unless one batch has more. */
  evidenceLeavesPerStep: 200_000,
  /** Bytes of deliveries whose events are exported in one go, unless one batch has more. */
  evidenceBytesPerStep: 33_554_432,
  /** Bytes of a line of an export or an anchor; a longer one is none of ours. */
  evidenceLineBytesMax: 268_435_456,
  /** Bytes of the manifest of an export. */
  evidenceManifestBytesMax: 67_108_864,
  /** Users, kinds of object and days that a simulated policy is counted by; more are joined. */
  simulatedNamesMax: 5_000,
  /** Hours with events that are remembered, to say for how long a recording is silent. */
  simulatedHoursMax: 50_000,
  /** Different requests of one API server that a policy is inferred from; more are only counted. */
  inferredRequestsMax: 50_000,
} as const
