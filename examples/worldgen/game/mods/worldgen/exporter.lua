-- Files of a result: each appears whole, under its name, or not at all.

local folder = ...
local names = { "biomes.json", "heightmap.json" }

local exporter = {}

function exporter.write(name, text)
  local path = folder .. "/" .. name
  local file = assert(io.open(path .. ".part", "w"))
  assert(file:write(text))
  assert(file:close())
  assert(os.rename(path .. ".part", path))
end

-- Removes what an earlier job has left.
function exporter.clear()
  for _, name in ipairs(names) do
    os.remove(folder .. "/" .. name .. ".part")
    os.remove(folder .. "/" .. name)
  end
end

return exporter
