-- The engine's noise on the grid of the region.
--
-- The engine computes a map by stepping from its corner, so that the last bits of a value depend on where the map
-- begins. Maps are therefore always the same blocks of the grid, whichever window is asked for: a tile has the very
-- values that the whole world has there.

local noises, seeds, region = ...
local block = 16

local sampler = { block = block }

-- One noise map a noise, for the world of this hash.
function sampler.open(hash)
  local maps = {}
  for name, noise in pairs(noises) do
    local spread = noise.spread / region.step
    local params = {
      offset = noise.offset,
      scale = noise.scale,
      spread = { x = spread, y = spread, z = spread },
      seed = seeds.derive(hash, name),
      octaves = noise.octaves,
      persist = noise.persist,
      lacunarity = noise.lacunarity,
      flags = noise.flags or "defaults",
    }
    maps[name] = { noise = PerlinNoiseMap(params, { x = block, y = block }), values = {} }
  end
  return maps
end

-- Fills all maps with the block whose first sample is this column and row, which have to be 1 + a multiple of `block`.
-- Returns the values by the noise's name, a flat array each: x runs fastest.
function sampler.read(maps, column, row)
  local values = {}
  for name, map in pairs(maps) do
    map.noise:get_2d_map_flat({ x = column - 1, y = row - 1 }, map.values)
    values[name] = map.values
  end
  return values
end

return sampler
