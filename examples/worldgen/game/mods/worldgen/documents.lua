-- The text of the two documents. One key a line and one row of samples a line, keys in a fixed order, no spaces, numbers
-- as short as they can be: the same world is the same bytes.

local region, terrain, biomes, version = ...

local documents = {}

local escapes = {
  ['"'] = '\\"',
  ["\\"] = "\\\\",
  ["\b"] = "\\b",
  ["\f"] = "\\f",
  ["\n"] = "\\n",
  ["\r"] = "\\r",
  ["\t"] = "\\t",
}

local function quote(text)
  return '"' .. text:gsub('[%z\1-\31"\\]', function(char)
    return escapes[char] or ("\\u%04x"):format(char:byte())
  end) .. '"'
end

local function number(tenths)
  return ("%.14g"):format(tenths / 10)
end

-- What both documents begin with.
local function head(format, job)
  local lines = {
    '"format":' .. quote(format),
    ('"generator":{"name":"warm-worldgen","version":%s,"engine":%s}'):format(
      quote(version.generator),
      quote(version.engine)
    ),
    ('"world":{"seed":%s,"sha1":%s}'):format(quote(job.seed), quote(job.hash)),
    '"axes":{"index":"[z][x]","x":"west to east","z":"south to north"}',
    ('"grid":{"columns":%d,"rows":%d,"step":%d,"west":%d,"south":%d}'):format(
      region.columns,
      region.rows,
      region.step,
      region.west,
      region.south
    ),
  }
  local window = job.window
  if window.count then
    lines[#lines + 1] = ('"tile":{"number":%d,"count":%d,"firstColumn":%d,"firstRow":%d,"columns":%d,"rows":%d}'):format(
      window.number,
      window.count,
      window.first_column - 1,
      window.first_row - 1,
      window.last_column - window.first_column + 1,
      window.last_row - window.first_row + 1
    )
  end
  return lines
end

local function close(lines, key, rows)
  return "{\n" .. table.concat(lines, ",\n") .. ",\n" .. quote(key) .. ":[\n" .. table.concat(rows, ",\n") .. "\n]\n}\n"
end

-- Heights in metres, with their least and greatest.
function documents.heightmap(job, world)
  local least, greatest, rows = math.huge, -math.huge, {}
  for r, heights in ipairs(world.heights) do
    local texts = {}
    for c, tenths in ipairs(heights) do
      least, greatest = math.min(least, tenths), math.max(greatest, tenths)
      texts[c] = number(tenths)
    end
    rows[r] = "[" .. table.concat(texts, ",") .. "]"
  end
  local lines = head("worldgen.heightmap/1", job)
  lines[#lines + 1] = '"unit":"m"'
  lines[#lines + 1] = '"seaLevel":' .. terrain.sea_level
  lines[#lines + 1] = '"min":' .. number(least)
  lines[#lines + 1] = '"max":' .. number(greatest)
  return close(lines, "heights", rows)
end

-- Biome ids, with what they stand for.
function documents.biomes(job, world)
  local legend, rows = {}, {}
  for i, biome in ipairs(biomes.list) do
    legend[i] = ('{"id":%d,"name":%s,"colour":%s}'):format(biome.id, quote(biome.name), quote(biome.colour))
  end
  for r, ids in ipairs(world.ids) do
    rows[r] = "[" .. table.concat(ids, ",") .. "]"
  end
  local lines = head("worldgen.biomes/1", job)
  lines[#lines + 1] = '"biomes":[' .. table.concat(legend, ",") .. "]"
  return close(lines, "ids", rows)
end

return documents
