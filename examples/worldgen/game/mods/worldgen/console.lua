-- Commands that reach the running server: lines that PID 1 appends to a file in the world's folder. The engine reads no
-- standard input of its own.

local path = ...
local file = assert(io.open(path, "r"))
local rest = ""

local console = {}

-- The next whole line, or nil while there is none. What has no end yet is kept until it has.
function console.next_line()
  local at = rest:find("\n", 1, true)
  if not at then
    file:seek("cur", 0) -- an end of file that was met is forgotten
    local more = file:read(65536)
    if not more then
      return nil
    end
    rest = rest .. more
    at = rest:find("\n", 1, true)
    if not at then
      return nil
    end
  end
  local line = rest:sub(1, at - 1)
  rest = rest:sub(at + 1)
  return line
end

return console
