# GitLab's reading of a configuration file, on Psych itself: one JSON string (the text) a line in, one JSON line out.
# What lib/gitlab/config/loader/{yaml,multi_doc_yaml}.rb (which strips a byte order mark), lib/gitlab/ci/config/yaml/result.rb and
# lib/gitlab/utils/deep_size.rb do, with every value tagged with its type.
require "json"
require "objspace"
require "yaml"

class Reference
  attr_reader :data

  def init_with(coder)
    @data = { seq: coder.seq, scalar: coder.scalar, map: coder.map }.fetch(coder.type)
  end
end
YAML.add_tag("!reference", Reference)

MAX_BYTES = 2 * 1024 * 1024
MAX_DEPTH = 100

def weigh(value, depth, sum)
  sum[0] += ObjectSpace.memsize_of(value)
  raise "too big" if sum[0] > MAX_BYTES

  raise "nested too deep" if depth >= MAX_DEPTH && (value.is_a?(Array) || value.is_a?(Hash))

  case value
  when Array then value.each { |item| weigh(item, depth + 1, sum) }
  when Hash then value.each { |key, item| [key, item].each { |one| weigh(one, depth + 1, sum) } }
  end
end

def blank?(value)
  return value.match?(/\A[[:space:]]*\z/) if value.is_a?(String)

  value.respond_to?(:empty?) ? value.empty? : !value
end

def text_of(string)
  string.dup.force_encoding(Encoding::UTF_8).scrub("\uFFFD")
end

def float_of(number)
  number.nan? ? "nan" : [number].pack("G").unpack1("H*")
end

# Strings become symbols (deep_symbolize_keys); of a collection as a key, the kind is enough to tell.
def typed_key(key)
  case key
  when Symbol then [:s, text_of(key.to_s)]
  when Array then [:k, "a list"]
  when Hash then [:k, "a map"]
  when Reference then [:k, "a !reference"]
  else [:k, typed(key)]
  end
end

def symbolized(hash)
  hash.each_with_object({}) { |(key, item), all| all[key.is_a?(String) ? text_of(key).to_sym : key] = item }
end

def typed(value)
  case value
  when nil then [:n]
  when true, false then [:b, value]
  when Integer then [:i, value.to_s]
  when Float then [:f, float_of(value)]
  when Symbol then [:y, text_of(value.to_s)]
  when String then [:s, text_of(value)]
  when Array then [:a, value.map { |item| typed(item) }]
  when Hash then [:h, symbolized(value).map { |key, item| [typed_key(key), typed(item)] }]
  when Reference then [:r, typed(value.data)]
  else raise "a #{value.class}"
  end
end

def load_one(text)
  value = YAML.safe_load(text.delete_prefix("\uFEFF"), permitted_classes: [Symbol, Reference], permitted_symbols: [], aliases: true)
  weigh(value, 0, [0]) if value
  value
end

def read(text)
  raise "blank" if blank?(text)
  raise "too big" if text.bytesize > MAX_BYTES

  pieces = text.split(/^---\s+/, 3)
  pieces.shift if pieces.size > 1 && blank?(pieces.first)
  documents = pieces.map { |piece| load_one(piece) }.reject { |document| blank?(document) }
  raise "not a map" unless documents.all?(Hash)

  header = documents.first if documents.size > 1 && documents.first.keys.any? { |key| key.to_s == "spec" && !key.nil? }
  { header: header && typed(header), body: documents.empty? ? nil : typed(header ? documents.last : documents.first) }
end

$stdout.sync = true
$VERBOSE = nil
$stdin.set_encoding(Encoding::UTF_8)
while (line = $stdin.gets)
  begin
    answer = read(JSON.parse(line, create_additions: false)["text"])
  rescue StandardError, SystemStackError => e
    answer = { error: "#{e.class}: #{e.message}".scrub("?") }
  end
  puts JSON.generate(answer, max_nesting: 0)
end
