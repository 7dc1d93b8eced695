-- Numbers from a world seed. The seed is a text: its UTF-8 bytes are hashed, nothing is parsed, trimmed or folded.

local seeds = {}

-- 40 hex digits that stand for the seed.
function seeds.hash(seed)
  return minetest.sha1(seed)
end

-- The seed of one noise, 0 to 2^31 - 1: another one for each name, so that no two noises are alike.
function seeds.derive(hash, name)
  return tonumber(minetest.sha1(hash .. ":" .. name):sub(1, 8), 16) % 2 ^ 31
end

-- Whether a text is UTF-8 as JSON needs it: no overlong forms, no surrogates, nothing above U+10FFFF.
function seeds.is_utf8(text)
  local at = 1
  while at <= #text do
    local a, b, c, d = text:byte(at, at + 3)
    local function tail(byte, low, high)
      return byte ~= nil and byte >= (low or 0x80) and byte <= (high or 0xBF)
    end
    if a < 0x80 then
      at = at + 1
    elseif a >= 0xC2 and a <= 0xDF and tail(b) then
      at = at + 2
    elseif a >= 0xE0 and a <= 0xEF and tail(b, a == 0xE0 and 0xA0, a == 0xED and 0x9F) and tail(c) then
      at = at + 3
    elseif a >= 0xF0 and a <= 0xF4 and tail(b, a == 0xF0 and 0x90, a == 0xF4 and 0x8F) and tail(c) and tail(d) then
      at = at + 4
    else
      return false
    end
  end
  return true
end

return seeds
