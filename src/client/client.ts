/**
 * client: the client library, for browsers and Node. On the stock SDK it adds what that lacks: connections that come back by
 * themselves and say how they are, documents whose operations are never lost, values that may be.
 *
 * {@link connect} leads to a room, {@link openDocument} to the document of a room that has one. Knows no room and no page.
 */
export type { Clock } from "../clock/clock.ts";
export type { OpDocument, OpStamp, RecordChange, RecordReader, Records } from "../document/document.ts";
export type {
  Invite,
  Invited,
  InviteState,
  PartyJoin,
  PartySeat,
  PartyTold,
  SeatReservation,
  UserPresence,
  UserSession,
} from "../protocol/protocol.ts";
export { Connection, type ConnectOptions, connect, type StateCallbacks } from "./connection.ts";
export type { TokenSource } from "./credentials.ts";
export type { EphemeralListener, EphemeralValues } from "./ephemeral.ts";
export type { History } from "./history.ts";
export { HistoryRefused } from "./history-refused.ts";
export type { ExpiredAnswer } from "./identity-renewal.ts";
export type { Status, StatusDetail } from "./link.ts";
export type { Stop } from "./listeners.ts";
export type { Reason } from "./loss.ts";
export type { Network } from "./network.ts";
export { type OpenDocumentOptions, openDocument } from "./open-document.ts";
export type { OutboxChange, OutboxHeader, StoredOutbox, StoredPush } from "./outbox.ts";
export { memoryStorage, type OutboxStorage } from "./outbox-storage.ts";
export type { Pace } from "./pacer.ts";
export { OutboxFull, PushTooLarge } from "./pending.ts";
export { PeopleRefused } from "./people.ts";
export type { PresenceListener } from "./presence.ts";
export { DocumentClosed, NoDocument, type Push, PushRefused, type PushResult, type PushState } from "./push.ts";
export type { PushRefusal, ReplicaLimits } from "./replica-types.ts";
export type { RefusedPush, SharedDocument } from "./shared-document.ts";
