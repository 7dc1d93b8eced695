-- Plays the exporter plugin of a game server: takes a world seed while the server runs, generates a region of that world
-- with the engine's noise, and writes it to files. Nothing of a job outlives it but its files.

local mod = minetest.get_modpath(minetest.get_current_modname())
local world = minetest.get_worldpath()

-- Each part is a file that is given what it needs, and returns a table.
local function part(name, ...)
  return assert(loadfile(mod .. "/" .. name .. ".lua"))(...)
end

local region, seeds, noises, terrain = part("region"), part("seeds"), part("noises"), part("terrain")
local biomes = part("biomes")
local sampler = part("sampler", noises, seeds, region)
local generator = part("generator", region, sampler, terrain, biomes)
local version = { generator = "1.0.0", engine = "minetest " .. minetest.get_version().string }
local documents = part("documents", region, terrain, biomes, version)
local exporter = part("exporter", world .. "/world_data")
local commands = part("commands", region, seeds)
local console = part("console", world .. "/console")

-- A job works for so long at a time, then the server has its turn, which takes it up to 30 ms: it waits for packets.
local slice_us = 200000

local function say(text)
  minetest.log("action", text)
end

local function run(job, pause)
  exporter.clear()
  -- Before anything is generated: whoever asked compares this with what was asked.
  say("world seed: " .. job.seed)
  local quarters = 0
  local result = generator.generate(job.hash, job.window, function(share)
    if share * 4 >= quarters + 1 then
      quarters = math.floor(share * 4)
      say(("generated %d %%"):format(quarters * 25))
    end
    pause()
  end)
  exporter.write("biomes.json", documents.biomes(job, result))
  say("exported biomes.json")
  pause()
  exporter.write("heightmap.json", documents.heightmap(job, result))
  say("exported heightmap.json")
  say("ALL EXPORTS COMPLETE")
end

local work -- the coroutine of the job under way

local function step(started)
  local ok, problem = coroutine.resume(work, started)
  if coroutine.status(work) == "dead" then
    work = nil
  end
  if not ok then
    say("job failed: " .. tostring(problem))
    -- Ends the server, and its container: whoever waits for the job is told at once, and nobody gets this engine again.
    error(problem, 0)
  end
end

local function begin(job)
  work = coroutine.create(function(started)
    run(job, function()
      if minetest.get_us_time() - started > slice_us then
        started = coroutine.yield()
      end
    end)
  end)
end

-- `reset <token>`: the job under way is given up, its files go, and the token says when that is so.
local function reset(token)
  work = nil
  exporter.clear()
  local file = assert(io.open(world .. "/reset", "w"))
  file:write(token .. "\n")
  file:close()
  say("reset")
end

local waiting = {}

local function obey(line)
  local token = line:match("^reset (%w+)$")
  if token then
    waiting = {}
    return reset(token)
  end
  local job, problem = commands.parse(line)
  if job then
    waiting[#waiting + 1] = job
  else
    say("refused: " .. problem)
  end
end

local is_ready = false

minetest.register_globalstep(function()
  if not is_ready then
    is_ready = true
    say("World generator ready")
  end
  for line in console.next_line do
    obey(line)
  end
  if not work and waiting[1] then
    begin(table.remove(waiting, 1))
  end
  if work then
    step(minetest.get_us_time())
  end
end)
