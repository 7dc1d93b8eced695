-- Heights and biomes of a window of the region.

local region, sampler, terrain, biomes = ...

local generator = {}

-- The block's first column or row for a column or row.
local function block_start(at)
  return at - (at - 1) % sampler.block
end

-- One sample: the height in tenths of a metre, rounded, and the biome at that very height.
local function sample(noise, i)
  local height, is_river = terrain.height(noise, i)
  local tenths = math.floor(height * 10 + 0.5)
  local heat = noise.heat[i] + noise.heat_blend[i]
  local humidity = noise.humidity[i] + noise.humidity_blend[i]
  return tenths, biomes.choose(tenths / 10, heat, humidity, is_river)
end

local function fill_block(world, window, noise, column, row)
  local last_row = math.min(row + sampler.block - 1, window.last_row)
  local last_column = math.min(column + sampler.block - 1, window.last_column)
  for r = math.max(row, window.first_row), last_row do
    local heights = world.heights[r - window.first_row + 1]
    local ids = world.ids[r - window.first_row + 1]
    local offset = (r - row) * sampler.block
    for c = math.max(column, window.first_column), last_column do
      local at = c - window.first_column + 1
      heights[at], ids[at] = sample(noise, offset + (c - column) + 1)
    end
  end
end

-- Generates the window. `pause` is called after each block with how much is done, 0 to 1; it may yield.
-- Returns the rows of heights (tenths of a metre) and of biome ids, southmost first, each from west to east.
function generator.generate(hash, window, pause)
  local world = { heights = {}, ids = {} }
  for row = 1, window.last_row - window.first_row + 1 do
    world.heights[row], world.ids[row] = {}, {}
  end
  local maps = sampler.open(hash)
  local top, bottom = block_start(window.last_row), block_start(window.first_row)
  for row = bottom, top, sampler.block do
    for column = block_start(window.first_column), window.last_column, sampler.block do
      fill_block(world, window, sampler.read(maps, column, row), column, row)
      pause((row - bottom) / (top - bottom + sampler.block))
    end
  end
  return world
end

return generator
