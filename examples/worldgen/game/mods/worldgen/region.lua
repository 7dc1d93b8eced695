-- The region of a world that is generated, and its tiles. A sample's position follows from its column and row alone,
-- never from the tile that holds it.

local region = {
  columns = 256,
  rows = 256,
  step = 16, -- metres between two samples
  west = -2048, -- x of column 1
  south = -2048, -- z of row 1
}

-- The whole region as a window: the first column and row (from 1) and the last ones.
function region.whole()
  return { first_column = 1, first_row = 1, last_column = region.columns, last_row = region.rows }
end

-- Where the `number`-th of `count` bands begins, from 0.
local function band(number, count, size)
  return math.floor(number * size / count)
end

-- Tile `number` (from 0, west to east, then south to north) of `count`. It carries one more column in the east and one
-- more row in the north, which are the first ones of its neighbours there: by them seams are checked.
-- Returns nil and a sentence when there is no such tile.
function region.tile(number, count)
  if count < 1 or count > 256 then
    return nil, "a region has 1 to 256 tiles, not " .. count
  end
  if number < 0 or number >= count then
    return nil, ("tiles are counted from 0 to %d, there is no tile %d"):format(count - 1, number)
  end
  local down = math.floor(math.sqrt(count))
  while count % down ~= 0 do
    down = down - 1
  end
  local across = count / down
  local column, row = number % across, math.floor(number / across)
  return {
    first_column = band(column, across, region.columns) + 1,
    first_row = band(row, down, region.rows) + 1,
    last_column = math.min(band(column + 1, across, region.columns) + 1, region.columns),
    last_row = math.min(band(row + 1, down, region.rows) + 1, region.rows),
    number = number,
    count = count,
  }
end

return region
