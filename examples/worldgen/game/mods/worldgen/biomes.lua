-- The biomes, and which of them is where: the one whose point in heat and humidity is nearest among those that the height
-- allows, as the engine does it.

-- Ids are part of the format: a new biome gets a new one, a given one is never used again for another biome.
local list = {
  { id = 1, name = "deep_ocean", colour = "#2c5a85", heat = 50, humidity = 50, y_max = -45 },
  { id = 2, name = "ocean", colour = "#4580ab", heat = 60, humidity = 50, y_min = -45, y_max = 1 },
  { id = 3, name = "pack_ice", colour = "#cfe3ee", heat = -60, humidity = 50, y_min = -45, y_max = 1 },
  { id = 4, name = "river", colour = "#5b9bc4" },
  { id = 5, name = "beach", colour = "#e6d8a5", heat = 60, humidity = 45, y_min = 1, y_max = 4 },
  { id = 6, name = "marsh", colour = "#7d9a6b", heat = 55, humidity = 95, y_min = 1, y_max = 6 },
  { id = 7, name = "ice_sheet", colour = "#eef4f7", heat = -10, humidity = 70, y_min = 1, y_max = 150 },
  { id = 8, name = "tundra", colour = "#b3b59a", heat = 8, humidity = 30, y_min = 1, y_max = 150 },
  { id = 9, name = "taiga", colour = "#5e8a74", heat = 25, humidity = 70, y_min = 1, y_max = 150 },
  { id = 10, name = "grassland", colour = "#a5c374", heat = 48, humidity = 34, y_min = 4, y_max = 150 },
  { id = 11, name = "coniferous_forest", colour = "#4d7f4f", heat = 44, humidity = 68, y_min = 4, y_max = 150 },
  { id = 12, name = "deciduous_forest", colour = "#6fa354", heat = 62, humidity = 62, y_min = 4, y_max = 150 },
  { id = 13, name = "savanna", colour = "#cdbd68", heat = 82, humidity = 40, y_min = 4, y_max = 150 },
  { id = 14, name = "rainforest", colour = "#2f7d45", heat = 85, humidity = 72, y_min = 1, y_max = 150 },
  { id = 15, name = "desert", colour = "#e4c27f", heat = 85, humidity = 12, y_min = 1, y_max = 150 },
  { id = 16, name = "rock", colour = "#9a938b", heat = 75, humidity = 55, y_min = 130 },
  { id = 17, name = "snow_field", colour = "#f7f9fb", heat = 15, humidity = 55, y_min = 130 },
}

for _, biome in ipairs(list) do
  biome.y_min = biome.y_min or -31000
  biome.y_max = biome.y_max or 31000
  minetest.register_biome({
    name = biome.name,
    heat_point = biome.heat or 50,
    humidity_point = biome.humidity or 50,
    y_min = biome.y_min,
    y_max = biome.y_max,
  })
end

local biomes = { list = list }
local river = 4

-- The id of the biome at a height in a climate; of two that are equally near, the one that was registered first.
function biomes.choose(height, heat, humidity, is_river)
  if is_river then
    return river
  end
  local nearest, least = nil, math.huge
  for i = 1, #list do
    local biome = list[i]
    if biome.heat and height >= biome.y_min and height < biome.y_max then
      local dh, dw = heat - biome.heat, humidity - biome.humidity
      local distance = dh * dh + dw * dw
      if distance < least then
        nearest, least = biome.id, distance
      end
    end
  end
  return nearest
end

return biomes
