-- Heights, in metres. The map generator v7 decides block by block in three dimensions; here the surface that it would
-- leave is computed at once.

local terrain = { sea_level = 1 }

local function clamp(value, low, high)
  return value < low and low or value > high and high or value
end

-- 0 below `low`, 1 above `high`, and no edge in between.
local function ramp(value, low, high)
  local share = clamp((value - low) / (high - low), 0, 1)
  return share * share * (3 - 2 * share)
end

-- Hills where the selection says so, plains elsewhere, all of it lifted or drowned by the continent.
local function base_at(noise, i)
  local base, alt = noise.base[i], noise.alt[i]
  local share = clamp(noise.select[i], 0, 1)
  local level = alt > base and alt or base * share + alt * (1 - share)
  local continent = noise.continent[i]
  return level + (continent < 0 and continent * 95 or continent * 30)
end

-- Ridges stand on land only, and rise inland.
local function mountain_at(noise, i, base)
  local share = ramp(noise.mountain[i], 0, 0.8) * ramp(base, 4, 50)
  local ridge = clamp(1 - noise.ridges[i] * 1.15, 0, 1)
  local height = noise.mountain_height[i]
  return (height > 40 and height or 40) * share * (0.35 + 0.65 * ridge * ridge)
end

-- The highest that the ground may be near a river: v7's channel, solved for the height.
local function river_limit(noise, i)
  local distance = math.abs(noise.river[i]) * 2
  local width = 0.2 - distance * 1.2 + noise.banks[i] * 0.012
  if width <= 0 then
    return math.huge
  end
  return 1.5 / width - 12 + terrain.sea_level
end

-- Height of sample `i`, and whether a river has taken the land away there.
function terrain.height(noise, i)
  local base = base_at(noise, i)
  local land = base + mountain_at(noise, i, base)
  local limit = river_limit(noise, i)
  if limit >= land then
    return land, false
  end
  local is_river = limit < terrain.sea_level and land >= terrain.sea_level
  return limit, is_river
end

return terrain
