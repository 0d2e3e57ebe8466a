-- Every step of the Redis job store, each one atomic.
--
-- KEYS[1] is the prefix of all keys; it holds a hash tag, so that a cluster keeps them in one slot.
-- ARGV[1] is the step, ARGV[2] the limits as JSON, the rest are the step's own. Times are milliseconds of the server.
--
-- owners        list: owners with jobs in line, the next one first
-- line:OWNER    list: that owner's jobs in line
-- queued        number of jobs in line
-- job:ID        hash: one job, with card and picture once it is done; expires after its end
-- key:KEY       string: the job that an idempotency key stands for; expires with it
-- work          stream: jobs on loan; a lease is a consumer of its group, so what is pending is what is still open
-- lease:ID      hash: entry -> job, @worker, @began; expires when no heartbeat can keep it any longer
-- patience      expires when no worker has spoken for so long that the jobs in line fail
-- swept         expires when no queue has swept for so long that workers may have spoken to none
-- workers       hash: worker -> jobs at once; seen:WORKER expires when it counts as gone
-- ended         list: "ID BYTES" of jobs that can be fetched, the oldest first; kept_bytes is their sum
-- counters      hash: what /metrics shows
local call = redis.call
local prefix, step, limits = KEYS[1], ARGV[1], cjson.decode(ARGV[2])
local work, group = prefix .. 'work', 'workers'
local time = call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local final = {done = true, failed = true, cancelled = true}

local function key(...) return prefix .. table.concat({...}, ':') end

local function number(name) return tonumber(call('GET', prefix .. name) or 0) end

local function count(name) call('HINCRBY', key('counters'), name, 1) end

local function observe(name, value)
  local bucket = 0
  for _, bound in ipairs(limits.bounds[name]) do
    if value > bound then bucket = bucket + 1 end
  end
  call('HINCRBY', key('counters'), name .. ':' .. bucket, 1)
  call('HINCRBYFLOAT', key('counters'), name .. ':sum', tostring(value))
end

local function news() call('PUBLISH', key('news'), number('queued')) end

-- The line: owners take turns.

local function push(owner, id, front)
  local line = key('line', owner)
  if front then
    call('LPUSH', line, id)
    call('LREM', key('owners'), 0, owner)
    call('LPUSH', key('owners'), owner)
  elseif call('RPUSH', line, id) == 1 then
    call('RPUSH', key('owners'), owner)
  end
  call('INCR', key('queued'))
end

local function peek()
  local owner = call('LINDEX', key('owners'), 0)
  return owner and call('LINDEX', key('line', owner), 0)
end

local function pop()
  local owner = call('LPOP', key('owners'))
  call('LPOP', key('line', owner))
  if call('EXISTS', key('line', owner)) == 1 then call('RPUSH', key('owners'), owner) end
  call('DECR', key('queued'))
end

local function remove(owner, id)
  call('LREM', key('line', owner), 1, id)
  if call('EXISTS', key('line', owner)) == 0 then call('LREM', key('owners'), 0, owner) end
  call('DECR', key('queued'))
end

local function places()
  local lines, longest, place, found = {}, 0, 0, {}
  for _, owner in ipairs(call('LRANGE', key('owners'), 0, -1)) do
    local line = call('LRANGE', key('line', owner), 0, -1)
    lines[#lines + 1] = line
    longest = math.max(longest, #line)
  end
  for round = 1, longest do
    for _, line in ipairs(lines) do
      if line[round] then
        place = place + 1
        found[line[round]] = place
      end
    end
  end
  return found
end

-- Jobs that end, and those that are forgotten.

local function finish(id, state, bytes)
  local job = key('job', id)
  call('HSET', job, 'state', state)
  call('PEXPIRE', job, limits.keep)
  call('PEXPIRE', key('key', call('HGET', job, 'key')), limits.keep)
  call('RPUSH', key('ended'), id .. ' ' .. bytes)
  call('INCRBY', key('kept_bytes'), bytes)
end

local function forget()
  while true do
    local oldest = call('LINDEX', key('ended'), 0)
    if not oldest then return end
    local id, bytes = oldest:match('^(%S+) (%d+)$')
    local job = key('job', id)
    local crowded = call('LLEN', key('ended')) > limits.keep_jobs or number('kept_bytes') > limits.keep_bytes
    if not crowded and call('EXISTS', job) == 1 then return end
    local its_key = call('HGET', job, 'key')
    if its_key then call('DEL', job, key('key', its_key)) end
    call('LPOP', key('ended'))
    call('DECRBY', key('kept_bytes'), bytes)
  end
end

local function fail(id, code, message, retryable)
  call('HSET', key('job', id), 'code', code, 'message', message, 'retryable', retryable and 1 or 0)
  count(code)
  finish(id, 'failed', 0)
end

local function give_back(id, code, message, retryable)
  local job = key('job', id)
  local state, attempts, owner = unpack(call('HMGET', job, 'state', 'attempts', 'owner'))
  if not state or final[state] then return end
  if retryable and tonumber(attempts) < limits.attempts then
    call('HSET', job, 'state', 'queued', 'since', now)
    push(owner, id, true)
    count('retried')
  else
    fail(id, code, message, retryable)
  end
end

-- Workers and leases.

-- Lets the jobs in line wait for a worker from now on: one has spoken, or they only begin to wait.
local function be_patient() call('SET', key('patience'), '', 'PX', limits.patience) end

-- Fails the jobs in line once no worker has spoken for too long; returns whether there were any.
local function give_up()
  if call('SET', key('swept'), '', 'PX', limits.sweep_gap, 'GET') == false then be_patient() end
  local id = call('EXISTS', key('patience')) == 0 and peek()
  if not id then return false end
  repeat
    pop()
    fail(id, 'no_worker', '', true)
    id = peek()
  until not id
  return true
end

local function seen(worker, jobs)
  be_patient()
  call('HSET', key('workers'), worker, jobs)
  call('SET', key('seen', worker), '', 'PX', limits.worker_seen)
end

local function workers()
  local there, capacity = 0, 0
  local all = call('HGETALL', key('workers'))
  for at = 1, #all, 2 do
    if call('EXISTS', key('seen', all[at])) == 1 then
      there, capacity = there + 1, capacity + all[at + 1]
    else
      call('HDEL', key('workers'), all[at])
    end
  end
  return there, capacity
end

local function close_entries(entries)
  if #entries > 0 then
    call('XACK', work, group, unpack(entries))
    call('XDEL', work, unpack(entries))
  end
end

local function sweep()
  local given_up = give_up()  -- before jobs come back into line, so that each is offered to workers once more
  if call('EXISTS', work) == 0 then call('XGROUP', 'CREATE', work, group, '$', 'MKSTREAM') end
  local cursor, dead = '0-0', {}
  repeat
    local claimed = call('XAUTOCLAIM', work, group, 'sweeper', limits.lease, cursor, 'COUNT', 100)
    cursor = claimed[1]
    for _, entry in ipairs(claimed[2]) do dead[#dead + 1] = entry end
  until cursor == '0-0'
  local entries, leases = {}, {}
  for at = #dead, 1, -1 do  -- the first goes to the front last
    local id, lease = dead[at][2][2], dead[at][2][4]
    entries[#entries + 1] = dead[at][1]
    leases[lease] = true
    if call('EXISTS', key('job', id)) == 1 then
      call('HSET', key('job', id), 'suspect', 1)
      give_back(id, 'worker_lost', '', true)
    end
  end
  close_entries(entries)
  for lease in pairs(leases) do
    local worker = call('HGET', key('lease', lease), '@worker')
    if worker then call('HDEL', key('workers'), worker) end
    call('DEL', key('lease', lease))
    call('XGROUP', 'DELCONSUMER', work, group, lease)
    count('leases_lost')
  end
  forget()
  if given_up or #dead > 0 then news() end
end

-- Returns held (job -> entry), open (job -> true), began, or nil when the lease is over.
local function find(lease)
  sweep()
  local fields = call('HGETALL', key('lease', lease))
  if #fields == 0 then return nil end
  local held, by_entry, open, began = {}, {}, {}, 0
  for at = 1, #fields, 2 do
    local name, value = fields[at], fields[at + 1]
    if name == '@began' then
      began = tonumber(value)
    elseif name == '@worker' then
      seen(value, call('HGET', key('workers'), value) or 1)
    else
      held[value], by_entry[name] = name, value
    end
  end
  local pending = {}
  for _, entry in ipairs(call('XPENDING', work, group, '-', '+', 1000, lease)) do
    pending[#pending + 1] = by_entry[entry[1]]
    open[by_entry[entry[1]]] = true
  end
  return held, open, began, pending
end

local function all_held(held, ids)
  local once = {}
  for _, id in ipairs(ids) do
    if not held[id] or once[id] then return false end
    once[id] = true
  end
  return true
end

local function settle(lease, began)
  if #call('XPENDING', work, group, '-', '+', 1, lease) == 0 then
    call('DEL', key('lease', lease))
    call('XGROUP', 'DELCONSUMER', work, group, lease)
    local seconds = (now - began) / 1000
    observe('work', seconds)
    local usual = tonumber(call('HGET', key('counters'), 'batch_seconds') or limits.usual_batch)
    call('HSET', key('counters'), 'batch_seconds', tostring(usual + 0.2 * (seconds - usual)))
  end
  forget()
  news()
end

local function views(ids)
  local found, jobs = places(), {}
  for at, id in ipairs(ids) do
    local fields = call('HMGET', key('job', id), 'state', 'attempts', 'since', 'card', 'code', 'message', 'retryable')
    jobs[at] = fields[1] and {id, found[id] or 0, now - fields[3], unpack(fields)} or false
  end
  local _, capacity = workers()
  return {capacity, call('HGET', key('counters'), 'batch_seconds') or tostring(limits.usual_batch), jobs}
end

local steps = {}

function steps.add(its_key, id, owner, asked, request, trace)
  sweep()
  local known = call('GET', key('key', its_key))
  if known then
    local first_owner, first_asked = unpack(call('HMGET', key('job', known), 'owner', 'asked'))
    if first_owner ~= owner or first_asked ~= asked then return {'other'} end
    return {'job', views({known})}
  end
  local mine = call('LLEN', key('line', owner))
  if number('queued') >= limits.line or mine >= limits.per_owner then
    count('refused')
    return {'full', mine, views({})}
  end
  if number('queued') == 0 then be_patient() end
  call('HSET', key('job', id), 'key', its_key, 'owner', owner, 'asked', asked, 'request', request, 'trace', trace,
    'state', 'queued', 'attempts', 0, 'since', now)
  call('SET', key('key', its_key), id)
  push(owner, id, false)
  count('submitted')
  news()
  return {'job', views({id})}
end

function steps.views(...)
  sweep()
  return views({...})
end

function steps.cancel(id)
  sweep()
  local state, owner = unpack(call('HMGET', key('job', id), 'state', 'owner'))
  if state and not final[state] then
    if state == 'queued' then remove(owner, id) end
    count('cancelled')
    finish(id, 'cancelled', 0)
    news()
  end
  return views({id})
end

function steps.lease(worker, max, lease)
  be_patient()
  sweep()
  seen(worker, max)
  local taken = {}
  while #taken < tonumber(max) do
    local id = peek()
    -- A job whose worker died may have killed it: it goes alone, so that it takes no others with it again.
    local suspect = id and call('HEXISTS', key('job', id), 'suspect') == 1
    if not id or (suspect and #taken > 0) then break end
    pop()
    taken[#taken + 1] = id
    if suspect then break end
  end
  local jobs = {}
  for at, id in ipairs(taken) do
    local job = key('job', id)
    observe('wait', (now - call('HGET', job, 'since')) / 1000)
    local attempts = call('HINCRBY', job, 'attempts', 1)
    call('HSET', job, 'state', 'running', 'since', now)
    local entry = call('XADD', work, '*', 'job', id, 'lease', lease)
    call('HSET', key('lease', lease), entry, id)
    local request, trace = unpack(call('HMGET', job, 'request', 'trace'))
    jobs[at] = {id, attempts, request, trace}
  end
  if #jobs > 0 then
    call('XREADGROUP', 'GROUP', group, lease, 'COUNT', #jobs, 'STREAMS', work, '>')
    call('HSET', key('lease', lease), '@worker', worker, '@began', now)
    call('PEXPIRE', key('lease', lease), limits.longest_lease)
    observe('batch', #jobs)
    news()
  end
  return jobs
end

function steps.heartbeat(lease)
  local held, _, _, pending = find(lease)
  if not held then return -1 end
  local left = math.min(limits.lease, call('PTTL', key('lease', lease)))
  local entries = {}
  for at, id in ipairs(pending) do entries[at] = held[id] end
  table.insert(entries, 'IDLE')
  table.insert(entries, limits.lease - left)
  call('XCLAIM', work, group, lease, 0, unpack(entries), 'JUSTID')
  return left
end

function steps.complete(lease, stages, ...)
  local held, open, began = find(lease)
  if not held then return {'lost'} end
  local parts, ids = {...}, {}
  for at = 1, #parts, 3 do ids[#ids + 1] = parts[at] end
  if not all_held(held, ids) then return {'held'} end
  for stage, seconds in pairs(cjson.decode(stages)) do observe(stage, seconds) end
  local entries, accepted = {}, {'ok'}
  for at, id in ipairs(ids) do
    if open[id] then
      local card, image, job = parts[3 * at - 1], parts[3 * at], key('job', id)
      local state = call('HGET', job, 'state')
      if state and not final[state] then
        call('HSET', job, 'card', card, 'image', image)
        count('done')
        finish(id, 'done', #image)
        accepted[#accepted + 1] = id
      end
      entries[#entries + 1] = held[id]
    end
  end
  close_entries(entries)
  settle(lease, began)
  return accepted
end

function steps.fail(lease, all, message, retryable, ...)
  local held, open, began, pending = find(lease)
  if not held then return {'lost'} end
  local ids, named, entries = {...}, {}, {}
  if not all_held(held, ids) then return {'held'} end
  for _, id in ipairs(ids) do named[id] = true end
  for at = #pending, 1, -1 do
    local id = pending[at]
    if all == '1' or named[id] then
      entries[#entries + 1] = held[id]
      give_back(id, 'failed', message, retryable == '1')
    end
  end
  close_entries(entries)
  settle(lease, began)
  return {'ok'}
end

function steps.sweep()
  sweep()
  return 0
end

function steps.stats()
  sweep()
  local there = workers()
  local running = call('XPENDING', work, group)[1]
  return {number('queued'), running, call('LLEN', key('ended')), number('kept_bytes'), there,
    call('HGETALL', key('counters'))}
end

return steps[step](unpack(ARGV, 3))
