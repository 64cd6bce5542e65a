export type { CallSpec } from "./callSpec.js";
export { defineCall } from "./defineCall.js";
export {
  authentication,
  createAccount,
  createTakeOver,
  deleteTakeOver,
  describeTakeOvers,
  doTakeOver,
  getTakeOver,
  updateTakeOver,
  type Account,
  type AuthenticationParams,
  type AuthenticationResult,
  type BanStatus,
  type CreateTakeOverParams,
  type DoTakeOverParams,
  type TakeOver,
  type UpdateTakeOverParams,
} from "./definitions/account.js";
export {
  login,
  loginBySignature,
  type AccessTokenResult,
  type LoginBySignatureParams,
  type LoginParams,
} from "./definitions/auth.js";
export type {
  AcquireAction,
  AsPlayer,
  OnceOnly,
  InServiceNamespace,
  IssuedTransaction,
} from "./definitions/common.js";
export {
  getStampSheetResult,
  type GetStampSheetResultParams,
  type StampSheetResult,
} from "./definitions/distributor.js";
export {
  describeMessages,
  openMessage,
  type DescribeMessagesParams,
  type InboxMessage,
  type OpenMessageParams,
} from "./definitions/inbox.js";
export { getJobResult, type GetJobResultParams, type JobResult } from "./definitions/jobQueue.js";
export {
  cancelMatchmaking,
  createGathering,
  describeGatherings,
  doMatchmaking,
  getGathering,
  ping,
  type AttributeRange,
  type CapacityOfRole,
  type CreateGatheringParams,
  type DoMatchmakingParams,
  type DoMatchmakingResult,
  type Gathering,
  type MatchmakingAttribute,
  type MatchmakingPlayer,
} from "./definitions/matchmaking.js";
export {
  complete,
  describeCompletes,
  describeMissionTaskModels,
  getComplete,
  increaseCounterByUserId,
  type CompleteParams,
  type IncreaseCounterByUserIdParams,
  type MissionComplete,
  type MissionCounter,
  type MissionTaskModel,
} from "./definitions/mission.js";
export {
  checkVersion,
  type CheckVersionParams,
  type CheckVersionResult,
  type TargetVersion,
  type Version,
  type VersionModel,
  type VersionStatus,
} from "./definitions/version.js";
export { forgetAccount, type AccountPlace, type AccountStorage } from "./deviceAccount.js";
export {
  signIn,
  takeOverAccount,
  type SignInOptions,
  type SignedInPlayer,
  type TakeOverAccountOptions,
} from "./signIn.js";
export { transaction, type FinishedTransaction, type TransactionOptions } from "./transaction.js";
