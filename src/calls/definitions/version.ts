import { defineCall } from "../defineCall.js";
import type { AsPlayer, OnceOnly } from "./common.js";

export interface Version {
  major: number;
  minor: number;
  micro: number;
}

/** A version that the game reports, signed where its model requires it. */
export interface TargetVersion {
  versionName: string;
  body?: string | null;
  signature?: string | null;
  version?: Version | null;
}

export interface VersionModel {
  versionModelId: string;
  name: string;
  metadata?: string | null;
  scope?: string | null;
  type?: string | null;
  currentVersion?: Version | null;
  warningVersion?: Version | null;
  errorVersion?: Version | null;
  needSignature?: boolean | null;
  signatureKeyId?: string | null;
}

export interface VersionStatus {
  versionModel: VersionModel;
  currentVersion?: Version | null;
}

export interface CheckVersionParams extends AsPlayer, OnceOnly {
  targetVersions: TargetVersion[];
}

export interface CheckVersionResult {
  /** Of a project that lets only checked versions in. */
  projectToken?: string | null;
  warnings: VersionStatus[];
  /** Where there is one, this version must not go on. */
  errors: VersionStatus[];
}

/** Checks the versions of the game and its data. */
export const checkVersion = /*#__PURE__*/ defineCall<CheckVersionParams, CheckVersionResult>({
  service: "version",
  component: "checker",
  function: "checkVersion",
  rest: { verb: "POST", path: "/{namespaceName}/user/me/check" },
  socket: "unknown",
  required: ["namespaceName", "accessToken", "targetVersions"],
});
