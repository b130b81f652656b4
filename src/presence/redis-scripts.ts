import { script } from "../redis/redis.ts";
import { MAX_SESSIONS } from "./types.ts";

/*
 * Of a shard: `sessions`, a hash by user with their sessions as a JSON list, each with the time since when it is where it is; `revision`, a number; `seen`, a sorted set of users who have
 * none by when their last one ended; `boots`, a sorted set of sessions by the process that has them: boot, term, session and user, each on a
 * line, all with the same score. All times are Redis' own.
 */
const NOW = `
local time = redis.call('TIME')
local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
`;

const SEEN_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * KEYS sessions, revision, seen, boots. ARGV channel, the time at which this is sent or "", then for each change user, session id, boot, term, how long
 * before that it was in ms, and the session as JSON or "". Gives OK and the time. What has changed is told on the channel: the revision, and the users as they are now: their sessions, or for how many
 * ms there is none.
 */
export const APPLY = script(`${NOW}
local function entry(boot, term, id, user)
  return boot .. '\\n' .. string.format('%.0f', term) .. '\\n' .. id .. '\\n' .. user
end
local users, order, changed, ago = {}, {}, {}, {}
local late = ARGV[2] ~= '' and math.max(0, now - tonumber(ARGV[2])) or 0
for i = 3, #ARGV, 6 do
  local user, id, boot, term, json = ARGV[i], ARGV[i + 1], ARGV[i + 2], tonumber(ARGV[i + 3]), ARGV[i + 5]
  local row = users[user]
  if not row then
    row = cjson.decode(redis.call('HGET', KEYS[1], user) or '[]')
    users[user] = row
    order[#order + 1] = user
  end
  local at
  for j = 1, #row do if row[j].sessionId == id then at = j end end
  local old = at and row[at]
  local since = now - tonumber(ARGV[i + 4]) - late
  local session = json ~= '' and cjson.decode(json)
  if session then session.since = since end
  local isMade = false
  if not session then
    isMade = old and old.bootId == boot and old.term <= term
    if isMade then table.remove(row, at) end
  elseif not old then
    isMade = #row < ${MAX_SESSIONS}
    if isMade then row[#row + 1] = session end
  elseif old.bootId == boot or (old.since or 0) <= since then
    isMade = old.bootId ~= boot or old.term ~= term or old.roomId ~= session.roomId or old.status ~= session.status
      or old.isPrivate ~= session.isPrivate
    if isMade then row[at] = session end
  end
  if isMade then
    changed[user] = true
    ago[user] = now - since
    if old then redis.call('ZREM', KEYS[4], entry(old.bootId, old.term, id, user)) end
    if session then redis.call('ZADD', KEYS[4], 0, entry(boot, term, id, user)) end
  end
end
local told, hasChanged = {}, false
for _, user in ipairs(order) do
  if changed[user] then
    local row = users[user]
    hasChanged = true
    if #row == 0 then
      told[user] = ago[user]
      redis.call('HDEL', KEYS[1], user)
      redis.call('ZADD', KEYS[3], string.format('%.0f', now - ago[user]), user)
    else
      told[user] = row
      redis.call('HSET', KEYS[1], user, cjson.encode(row))
      redis.call('ZREM', KEYS[3], user)
    end
  end
end
local reply = { 'OK', string.format('%.0f', now) }
if not hasChanged then return reply end
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now - ${SEEN_MS})
local revision = redis.call('INCR', KEYS[2])
redis.call('PUBLISH', ARGV[1], cjson.encode({ revision = revision, users = told }))
return reply
`);

/** KEYS sessions, revision, seen. ARGV users. Gives the revision, then for each user the sessions as JSON or "", and for how many ms there is none, or "". */
export const READ = script(`${NOW}
local reply = { redis.call('GET', KEYS[2]) or '0' }
for i = 1, #ARGV do
  reply[#reply + 1] = redis.call('HGET', KEYS[1], ARGV[i]) or ''
  local seen = redis.call('ZSCORE', KEYS[3], ARGV[i])
  reply[#reply + 1] = seen and string.format('%.0f', math.max(0, now - tonumber(seen))) or ''
end
return reply
`);
