require_relative "totals"
require "prime"

gets
values = gets.split.map(&:to_i)
puts "#{total(values)} #{values.max}" if 7.prime?
