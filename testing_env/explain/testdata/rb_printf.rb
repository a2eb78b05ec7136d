# input: 3
# expect: YES\nNO\nYES
class Answers
  def say(odd)
    if odd
      STDOUT.write("YES\n")
    else
      printf("%s\n", "N0") # WRONG
    end
  end
end

a = Answers.new
STDIN.gets.to_i.times { |i| a.say(i.even?) }
