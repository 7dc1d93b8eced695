-- What a line of the console means.

local region, seeds = ...

local commands = {}

-- `load_world <seed>`: all that follows the one space is the seed, spaces and quotes and dashes included.
local function parse_world(rest)
  return { seed = rest, window = region.whole() }
end

-- `load_tile <number> <count> <seed>`
local function parse_tile(rest)
  local number, count, seed = rest:match("^(%d%d?%d?) (%d%d?%d?) (.*)$")
  if not number then
    return nil, "load_tile takes a number, a count and a seed"
  end
  local window, problem = region.tile(tonumber(number), tonumber(count))
  return window and { seed = seed, window = window }, problem
end

local parsers = { load_world = parse_world, load_tile = parse_tile }

-- Returns a job, or nil and a sentence.
function commands.parse(line)
  local word, rest = line:match("^(%S+) (.*)$")
  local parse = parsers[word]
  if not parse then
    return nil, "unknown command"
  end
  local job, problem = parse(rest)
  if not job then
    return nil, problem
  end
  if not seeds.is_utf8(job.seed) then
    return nil, "the seed is not UTF-8"
  end
  job.hash = seeds.hash(job.seed)
  return job
end

return commands
