import { schema, t } from "@colyseus/schema";

/** A public arena as the lobby shows it. */
export const RoomCard = schema(
  {
    roomId: t.string(),
    /** People, without bots. */
    players: t.uint8(),
    bots: t.uint8(),
    maxPlayers: t.uint8(),
    /** "playing" or "results". */
    phase: t.string(),
    round: t.uint16(),
    /** Seconds until the phase ended when the card was last written. */
    secondsLeft: t.uint16(),
  },
  "RoomCard",
);
export type RoomCard = InstanceType<typeof RoomCard>;

/** All public arenas by room id. */
export const LobbyState = schema({ rooms: t.map(RoomCard) }, "Lobby");
export type LobbyState = InstanceType<typeof LobbyState>;
